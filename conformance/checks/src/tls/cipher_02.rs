//! TLS-CIPHER-02: no weak suite is offered.

use std::collections::BTreeSet;

use super::suites::weakness;
use crate::{Check, Finding, Tally, View};

pub(crate) const CHECK: Check = Check { id: "TLS-CIPHER-02", always: false, judge };

fn judge(view: &View<'_>) -> Finding {
    let mut tally = Tally::default();
    let mut named: BTreeSet<u16> = BTreeSet::new();
    for connection in view.connections() {
        let Some((at, hello)) = connection.client_hello() else { continue };
        let weak: Vec<(u16, &str)> = hello
            .cipher_suites
            .iter()
            .filter_map(|suite| weakness(*suite).map(|why| (*suite, why)))
            .collect();
        if weak.is_empty() {
            tally.good(at, format!("none of {} suites is weak", hello.cipher_suites.len()));
        }
        for (suite, why) in weak {
            if named.insert(suite) {
                tally.bad(at, format!("offers {suite:04x}: {why}"));
            }
        }
    }
    tally.finish(
        "no weak cipher suite was offered",
        "weak cipher suites were offered",
        "no ClientHello was seen",
    )
}
