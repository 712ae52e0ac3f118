//! Waits for the handshake for ever.

use crate::quirk::Quirk;

pub(in crate::quirk) const QUIRK: Quirk = Quirk {
    name: "no-handshake-timeout",
    summary: "waits for the handshake for ever",
    source: "clients with blocking reads and no time-out",
    fails: &["TLS-HS-01"],
    apply: |habits| habits.tls.handshake_timeout = None,
};
