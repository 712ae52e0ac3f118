//! Connects with clean session.

use crate::quirk::Quirk;

pub(in crate::quirk) const QUIRK: Quirk = Quirk {
    name: "forces-clean-session",
    summary: "connects with clean session",
    source: "nanoFramework; cloud-to-device messages of the meantime are lost",
    fails: &["HUB-C2D-03"],
    apply: |habits| habits.cloud.hub.always_clean_session = true,
};
