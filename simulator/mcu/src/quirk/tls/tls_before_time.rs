//! Does TLS before its clock was set.

use crate::quirk::Quirk;

pub(in crate::quirk) const QUIRK: Quirk = Quirk {
    name: "tls-before-time",
    summary: "does TLS before its clock was set",
    source: "clients that cannot check dates and connect anyway",
    fails: &["SNTP-01"],
    apply: |habits| habits.tls.require_clock = false,
};
