//! Does not report initial values of writable properties.

use crate::quirk::Quirk;

pub(in crate::quirk) const QUIRK: Quirk = Quirk {
    name: "no-initial-values",
    summary: "does not report initial values of writable properties",
    source: "clients that wait to be told",
    fails: &["PNP-PROP-05"],
    apply: |habits| habits.cloud.pnp.no_initial_values = true,
};
