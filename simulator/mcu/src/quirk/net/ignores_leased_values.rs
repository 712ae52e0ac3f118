//! Keeps gateway and name servers of an earlier lease.

use crate::quirk::Quirk;

pub(in crate::quirk) const QUIRK: Quirk = Quirk {
    name: "ignores-leased-values",
    summary: "keeps gateway and name servers of an earlier lease",
    source: "static configuration left over",
    fails: &["DHCP-01"],
    apply: |habits| habits.net.dhcp.use_leased_values = false,
};
