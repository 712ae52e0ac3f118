//! Adds a second to each delay.

use crate::habits::Growth;
use crate::quirk::Quirk;

pub(in crate::quirk) const QUIRK: Quirk = Quirk {
    name: "linear-backoff",
    summary: "adds a second to each delay",
    source: "hand-written loops",
    fails: &["RECON-BACKOFF-01", "RECON-BACKOFF-02"],
    apply: |habits| {
        habits.cloud.reconnect.growth = Growth::Linear;
        habits.cloud.reconnect.displaced_factor = 1;
    },
};
