//! Keeps a resolved address until the next boot.

use crate::quirk::Quirk;

pub(in crate::quirk) const QUIRK: Quirk = Quirk {
    name: "ignores-dns-ttl",
    summary: "keeps a resolved address until the next boot",
    source: "clients that resolve once (a bare nanoFramework MqttClient)",
    fails: &["DNS-01", "NET-DNS-01"],
    apply: |habits| habits.net.dns.honour_ttl = false,
};
