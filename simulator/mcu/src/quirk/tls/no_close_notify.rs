//! Closes the connection without close_notify.

use crate::quirk::Quirk;

pub(in crate::quirk) const QUIRK: Quirk = Quirk {
    name: "no-close-notify",
    summary: "closes the connection without close_notify",
    source: "against RFC 5246 7.2.1",
    fails: &["TLS-CLOSE-01"],
    apply: |habits| habits.tls.close_notify = false,
};
