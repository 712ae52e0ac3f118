//! Keeps its address although the server took it back.

use crate::quirk::Quirk;

pub(in crate::quirk) const QUIRK: Quirk = Quirk {
    name: "keeps-address-after-nak",
    summary: "keeps its address although the server took it back",
    source: "against RFC 2131 4.4.5",
    fails: &["DHCP-04", "NET-IP-01"],
    apply: |habits| habits.net.dhcp.obey_nak = false,
};
