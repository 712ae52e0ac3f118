//! Refuses every other leaf than the first.

use crate::quirk::Quirk;

pub(in crate::quirk) const QUIRK: Quirk = Quirk {
    name: "pins-leaf",
    summary: "refuses every other leaf than the first",
    source: "pinning by fingerprint",
    fails: &["TLS-ROOT-04", "TLS-ROOT-03", "TLS-ROOT-01"],
    apply: |habits| habits.tls.pin_leaf = true,
};
