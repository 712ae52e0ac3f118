//! Takes a step of a year from one server.

use crate::quirk::Quirk;

pub(in crate::quirk) const QUIRK: Quirk = Quirk {
    name: "trusts-any-time-step",
    summary: "takes a step of a year from one server",
    source: "minimal SNTP clients",
    fails: &["SNTP-05"],
    apply: |habits| habits.net.sntp.step_needs_agreement = None,
};
