//! Keeps the expiry of tokens in 32 bits.

use crate::quirk::Quirk;

pub(in crate::quirk) const QUIRK: Quirk = Quirk {
    name: "sas-expiry-32-bit",
    summary: "keeps the expiry of tokens in 32 bits",
    source: "toolchains with a 32-bit time_t",
    fails: &["TIME-2038-01"],
    apply: |habits| habits.cloud.hub.sas_expiry_32_bit = true,
};
