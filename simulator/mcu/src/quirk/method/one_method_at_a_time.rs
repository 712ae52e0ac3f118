//! Drops calls that come while another one runs.

use crate::quirk::Quirk;

pub(in crate::quirk) const QUIRK: Quirk = Quirk {
    name: "one-method-at-a-time",
    summary: "drops calls that come while another one runs",
    source: "clients that serve on one thread",
    fails: &["METHOD-04"],
    apply: |habits| habits.cloud.methods.one_at_a_time = true,
};
