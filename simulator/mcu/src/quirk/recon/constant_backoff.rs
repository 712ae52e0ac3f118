//! Waits about the same time before each attempt.

use crate::habits::Growth;
use crate::quirk::Quirk;

pub(in crate::quirk) const QUIRK: Quirk = Quirk {
    name: "constant-backoff",
    summary: "waits about the same time before each attempt",
    source: "the Python SDK: 10 s",
    fails: &["RECON-BACKOFF-01", "RECON-BACKOFF-02", "RECON-BACKOFF-03", "HUB-THROT-01"],
    apply: |habits| {
        habits.cloud.reconnect.growth = Growth::Constant;
        habits.cloud.reconnect.displaced_factor = 1;
    },
};
