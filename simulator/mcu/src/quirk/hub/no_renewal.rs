//! Does not renew its token before it expires.

use crate::quirk::Quirk;

pub(in crate::quirk) const QUIRK: Quirk = Quirk {
    name: "no-renewal",
    summary: "does not renew its token before it expires",
    source: "clients that wait to be cut",
    fails: &["HUB-SAS-02"],
    apply: |habits| habits.cloud.hub.renew_at = None,
};
