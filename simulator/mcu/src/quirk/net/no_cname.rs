//! Does not follow CNAME records.

use crate::quirk::Quirk;

pub(in crate::quirk) const QUIRK: Quirk = Quirk {
    name: "no-cname",
    summary: "does not follow CNAME records",
    source: "resolvers of early lwIP ports",
    fails: &["DNS-02"],
    apply: |habits| habits.net.dns.follow_cname = false,
};
