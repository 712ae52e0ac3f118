//! Takes certificates that are not for servers.

use crate::quirk::Quirk;

pub(in crate::quirk) const QUIRK: Quirk = Quirk {
    name: "skips-purpose-check",
    summary: "takes certificates that are not for servers",
    source: "Mbed TLS without extended key usage checks",
    fails: &["TLS-CHAIN-05"],
    apply: |habits| habits.tls.verify_purpose = false,
};
