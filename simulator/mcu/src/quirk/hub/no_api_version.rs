//! Leaves api-version out of the user name.

use crate::quirk::Quirk;

pub(in crate::quirk) const QUIRK: Quirk = Quirk {
    name: "no-api-version",
    summary: "leaves api-version out of the user name",
    source: "documented by Microsoft as unsafe",
    fails: &["HUB-CONN-01", "BOOT-01"],
    apply: |habits| habits.cloud.hub.api_version = None,
};
