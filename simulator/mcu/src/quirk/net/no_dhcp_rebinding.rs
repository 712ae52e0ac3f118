//! Does not ask other servers at T2.

use crate::quirk::Quirk;

pub(in crate::quirk) const QUIRK: Quirk = Quirk {
    name: "no-dhcp-rebinding",
    summary: "does not ask other servers at T2",
    source: "against RFC 2131 4.4.5",
    fails: &["DHCP-03"],
    apply: |habits| habits.net.dhcp.rebind_at_t2 = false,
};
