//! Does not look at the dates of certificates.

use crate::quirk::Quirk;

pub(in crate::quirk) const QUIRK: Quirk = Quirk {
    name: "skips-date-check",
    summary: "does not look at the dates of certificates",
    source: "Mbed TLS without MBEDTLS_HAVE_TIME_DATE",
    fails: &["TLS-TIME-01", "TLS-TIME-02"],
    apply: |habits| habits.tls.verify_dates = false,
};
