//! Connects again at once.

use crate::habits::Growth;
use crate::quirk::Quirk;

pub(in crate::quirk) const QUIRK: Quirk = Quirk {
    name: "no-backoff",
    summary: "connects again at once",
    source: "hand-written loops",
    fails: &[
        "RECON-BACKOFF-01",
        "RECON-BACKOFF-02",
        "RECON-BACKOFF-03",
        "RECON-JITTER-01",
        "HUB-THROT-01",
        "HUB-CONN-03",
    ],
    apply: |habits| {
        habits.cloud.reconnect.growth = Growth::None;
        habits.cloud.reconnect.displaced_factor = 1;
    },
};
