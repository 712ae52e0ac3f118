//! Drops what it cannot send at once.

use crate::habits::DropPolicy;
use crate::quirk::Quirk;

pub(in crate::quirk) const QUIRK: Quirk = Quirk {
    name: "drops-messages-offline",
    summary: "drops what it cannot send at once",
    source: "clients without a queue",
    fails: &["HUB-D2C-06", "RECON-INT-01", "NET-LOSS-01"],
    apply: |habits| habits.cloud.hub.queue = DropPolicy::All,
};
