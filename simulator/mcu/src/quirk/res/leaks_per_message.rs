//! Loses 200 bytes of managed heap with each message.

use crate::quirk::Quirk;

pub(in crate::quirk) const QUIRK: Quirk = Quirk {
    name: "leaks-per-message",
    summary: "loses 200 bytes of managed heap with each message",
    source: "nanoFramework/Home#816",
    fails: &["RES-LEAK-02"],
    apply: |habits| habits.cloud.leaks.per_message = 200,
};
