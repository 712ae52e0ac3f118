//! Tries only the first address of a name.

use crate::quirk::Quirk;

pub(in crate::quirk) const QUIRK: Quirk = Quirk {
    name: "one-address-only",
    summary: "tries only the first address of a name",
    source: "nanoFramework takes the first address",
    fails: &["DNS-05"],
    apply: |habits| habits.net.dns.try_next_address = false,
};
