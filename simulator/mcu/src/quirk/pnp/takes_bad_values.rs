//! Takes values of writable properties that it should refuse.

use crate::quirk::Quirk;

pub(in crate::quirk) const QUIRK: Quirk = Quirk {
    name: "takes-bad-values",
    summary: "takes values of writable properties that it should refuse",
    source: "clients without checks",
    fails: &["PNP-PROP-03"],
    apply: |habits| habits.cloud.pnp.takes_bad_values = true,
};
