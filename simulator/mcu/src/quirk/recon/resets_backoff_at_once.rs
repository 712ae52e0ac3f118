//! Starts its delays afresh with every CONNACK.

use std::time::Duration;

use crate::quirk::Quirk;

pub(in crate::quirk) const QUIRK: Quirk = Quirk {
    name: "resets-backoff-at-once",
    summary: "starts its delays afresh with every CONNACK",
    source: "most back-off code",
    fails: &["RECON-BACKOFF-03", "RECON-BACKOFF-02", "HUB-CONN-03"],
    apply: |habits| habits.cloud.reconnect.stable_after = Duration::ZERO,
};
