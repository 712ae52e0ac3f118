//! Does not renew its lease at T1.

use crate::quirk::Quirk;

pub(in crate::quirk) const QUIRK: Quirk = Quirk {
    name: "no-dhcp-renewal",
    summary: "does not renew its lease at T1",
    source: "against RFC 2131 4.4.5",
    fails: &["DHCP-03"],
    apply: |habits| habits.net.dhcp.renew_at_t1 = false,
};
