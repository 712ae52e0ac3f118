//! Does not acknowledge what was changed while it was away.

use crate::quirk::Quirk;

pub(in crate::quirk) const QUIRK: Quirk = Quirk {
    name: "forgets-missed-updates",
    summary: "does not acknowledge what was changed while it was away",
    source: "clients that acknowledge pushes only",
    fails: &["PNP-PROP-06"],
    apply: |habits| habits.cloud.pnp.forgets_missed = true,
};
