//! Serves a method again that comes again.

use crate::quirk::Quirk;

pub(in crate::quirk) const QUIRK: Quirk = Quirk {
    name: "repeats-method",
    summary: "serves a method again that comes again with the same request id",
    source: "clients that hand every PUBLISH on",
    fails: &["SEC-REPLAY-01"],
    apply: |habits| habits.cloud.methods.keeps_duplicates = true,
};
