//! Keeps its address when the lease is over.

use crate::quirk::Quirk;

pub(in crate::quirk) const QUIRK: Quirk = Quirk {
    name: "keeps-expired-address",
    summary: "keeps its address when the lease is over",
    source: "against RFC 2131 4.4.5",
    fails: &["DHCP-04"],
    apply: |habits| habits.net.dhcp.obey_expiry = false,
};
