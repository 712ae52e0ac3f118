//! Asks only the first name server.

use crate::quirk::Quirk;

pub(in crate::quirk) const QUIRK: Quirk = Quirk {
    name: "one-name-server",
    summary: "asks only the first name server",
    source: "static configuration",
    fails: &["DNS-05"],
    apply: |habits| habits.net.dns.try_next_server = false,
};
