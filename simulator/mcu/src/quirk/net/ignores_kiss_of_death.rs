//! Goes on asking a time server that sent it away.

use crate::quirk::Quirk;

pub(in crate::quirk) const QUIRK: Quirk = Quirk {
    name: "ignores-kiss-of-death",
    summary: "goes on asking a time server that sent it away",
    source: "against RFC 5905 7.4",
    fails: &["SNTP-03"],
    apply: |habits| habits.net.sntp.obey_kiss = false,
};
