//! Takes the end of TCP for the end of the data.

use crate::quirk::Quirk;

pub(in crate::quirk) const QUIRK: Quirk = Quirk {
    name: "takes-truncation",
    summary: "takes the end of TCP for the end of the data",
    source: "against RFC 5246 7.2.1",
    fails: &["TLS-REC-05"],
    apply: |habits| habits.tls.accept_truncation = true,
};
