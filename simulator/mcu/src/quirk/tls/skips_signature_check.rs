//! Does not check that the server has the key.

use crate::quirk::Quirk;

pub(in crate::quirk) const QUIRK: Quirk = Quirk {
    name: "skips-signature-check",
    summary: "does not check that the server has the key",
    source: "a broken verification callback",
    fails: &["TLS-CHAIN-06"],
    apply: |habits| habits.tls.verify_signature = false,
};
