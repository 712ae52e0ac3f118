//! Takes any DNS answer.

use crate::quirk::Quirk;

pub(in crate::quirk) const QUIRK: Quirk = Quirk {
    name: "takes-spoofed-dns",
    summary: "takes any DNS answer",
    source: "against RFC 5452 9",
    fails: &["DNS-03"],
    apply: |habits| {
        habits.net.dns.check_id = false;
        habits.net.dns.check_question = false;
        habits.net.dns.check_source = false;
    },
};
