//! Takes the end of TCP for the end of the data, and what it cut off for whole.

use crate::quirk::Quirk;

pub(in crate::quirk) const QUIRK: Quirk = Quirk {
    name: "takes-truncation",
    summary: "takes the end of TCP for the end of the data, and what it cut off for whole",
    source: "against RFC 5246 7.2.1; clients that fill a buffer until a read returns 0 and do not count",
    fails: &["TLS-REC-05"],
    apply: |habits| {
        habits.tls.accept_truncation = true;
        habits.cloud.mqtt.takes_partial_at_end = true;
    },
};
