//! Takes a record that is not in order for nothing at all.

use crate::habits::RecordErrors;
use crate::quirk::Quirk;

pub(in crate::quirk) const QUIRK: Quirk = Quirk {
    name: "ignores-record-errors",
    summary: "takes a record that is too long or damaged for \"nothing has come yet\", and sends no alert",
    source: "read loops that take all errors of Mbed TLS for WANT_READ, without MBEDTLS_SSL_ALL_ALERT_MESSAGES",
    fails: &["TLS-REC-03", "TLS-REC-04"],
    apply: |habits| habits.tls.record_errors = RecordErrors::TakenForNothing,
};
