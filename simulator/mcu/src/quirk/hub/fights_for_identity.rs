//! Comes back at once when its connection was cut.

use crate::quirk::Quirk;

pub(in crate::quirk) const QUIRK: Quirk = Quirk {
    name: "fights-for-identity",
    summary: "comes back at once when its connection was cut",
    source: "two devices with one id that throw each other out",
    fails: &["HUB-CONN-03", "RECON-BACKOFF-02", "RECON-BACKOFF-03"],
    apply: |habits| habits.cloud.reconnect.fights_for_identity = true,
};
