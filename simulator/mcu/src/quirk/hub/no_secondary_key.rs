//! Never tries its secondary key.

use crate::quirk::Quirk;

pub(in crate::quirk) const QUIRK: Quirk = Quirk {
    name: "no-secondary-key",
    summary: "never tries its secondary key",
    source: "clients that read only the first key",
    fails: &["HUB-SAS-06"],
    apply: |habits| habits.cloud.hub.uses_secondary_key = false,
};
