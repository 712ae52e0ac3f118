//! Asks only one time server.

use crate::quirk::Quirk;

pub(in crate::quirk) const QUIRK: Quirk = Quirk {
    name: "one-time-server",
    summary: "asks only one time server",
    source: "most samples",
    fails: &["SNTP-05"],
    apply: |habits| habits.net.sntp.use_second_server = false,
};
