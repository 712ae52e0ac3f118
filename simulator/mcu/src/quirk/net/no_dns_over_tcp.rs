//! Does not ask again over TCP when an answer was truncated.

use crate::quirk::Quirk;

pub(in crate::quirk) const QUIRK: Quirk = Quirk {
    name: "no-dns-over-tcp",
    summary: "does not ask again over TCP when an answer was truncated",
    source: "lwIP",
    fails: &["DNS-04"],
    apply: |habits| habits.net.dns.tcp_on_truncation = false,
};
