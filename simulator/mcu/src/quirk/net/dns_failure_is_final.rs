//! Does not resolve a name again that failed once.

use crate::quirk::Quirk;

pub(in crate::quirk) const QUIRK: Quirk = Quirk {
    name: "dns-failure-is-final",
    summary: "does not resolve a name again that failed once",
    source: "negative caches without a time",
    fails: &["DNS-06"],
    apply: |habits| habits.net.dns.failures_are_transient = false,
};
