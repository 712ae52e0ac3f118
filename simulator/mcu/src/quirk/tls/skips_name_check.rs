//! Does not look at the name in the certificate.

use crate::quirk::Quirk;

pub(in crate::quirk) const QUIRK: Quirk = Quirk {
    name: "skips-name-check",
    summary: "does not look at the name in the certificate",
    source: "Mbed TLS without a host name set",
    fails: &["TLS-NAME-01", "TLS-NAME-02", "TLS-NAME-03"],
    apply: |habits| habits.tls.verify_name = false,
};
