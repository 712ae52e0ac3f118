//! Sends no server name.

use crate::quirk::Quirk;

pub(in crate::quirk) const QUIRK: Quirk = Quirk {
    name: "no-sni",
    summary: "sends no server name",
    source: "Mbed TLS without a host name set",
    fails: &["TLS-NAME-04"],
    apply: |habits| habits.tls.send_sni = false,
};
