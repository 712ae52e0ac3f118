//! Does not put handshake messages together.

use crate::quirk::Quirk;

pub(in crate::quirk) const QUIRK: Quirk = Quirk {
    name: "no-handshake-reassembly",
    summary: "does not take a handshake message that is spread over several records",
    source: "Mbed TLS before 3.6.3",
    fails: &["TLS-REC-02"],
    apply: |habits| habits.tls.reassemble_handshake = false,
};
