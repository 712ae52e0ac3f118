//! Waits exactly as long as all its siblings.

use crate::habits::Jitter;
use crate::quirk::Quirk;

pub(in crate::quirk) const QUIRK: Quirk = Quirk {
    name: "no-jitter",
    summary: "waits exactly as long as all its siblings",
    source: "hand-written loops",
    fails: &["RECON-JITTER-01"],
    apply: |habits| habits.cloud.reconnect.jitter = Jitter::None,
};
