//! Connects again with the token that has expired.

use crate::quirk::Quirk;

pub(in crate::quirk) const QUIRK: Quirk = Quirk {
    name: "reuses-expired-token",
    summary: "connects again with the token that has expired",
    source: "clients that make the token once",
    fails: &["HUB-SAS-02", "HUB-SAS-03"],
    apply: |habits| habits.cloud.hub.reuses_expired_token = true,
};
