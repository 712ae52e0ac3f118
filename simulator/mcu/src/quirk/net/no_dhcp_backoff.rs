//! Asks for an address at a constant rate.

use crate::quirk::Quirk;

pub(in crate::quirk) const QUIRK: Quirk = Quirk {
    name: "no-dhcp-backoff",
    summary: "asks for an address at a constant rate",
    source: "hand-written DHCP clients",
    fails: &["DHCP-02"],
    apply: |habits| habits.net.dhcp.back_off = false,
};
