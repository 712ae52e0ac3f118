//! Does not wait for a record to be whole.

use std::time::Duration;

use crate::quirk::Quirk;

pub(in crate::quirk) const QUIRK: Quirk = Quirk {
    name: "takes-short-records",
    summary: "takes what has come of a record after 200 ms for the whole of it",
    source: "readers that wait a fixed time and read once, instead of until the length in the header",
    fails: &["TLS-REC-02"],
    apply: |habits| habits.tls.record_patience = Some(Duration::from_millis(200)),
};
