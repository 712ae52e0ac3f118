//! TLS-CIPHER-01: a suite of the hub's policy is offered, and a handshake completes.

use super::suites::HUB_POLICY;
use crate::{Check, Finding, Tally, View};

pub(crate) const CHECK: Check = Check { id: "TLS-CIPHER-01", always: false, judge };

fn judge(view: &View<'_>) -> Finding {
    let mut tally = Tally::default();
    let mut completed = false;
    for connection in view.connections() {
        let Some((at, hello)) = connection.client_hello() else { continue };
        let offered: Vec<String> = hello.cipher_suites.iter().map(|suite| format!("{suite:04x}")).collect();
        let offered = offered.join(" ");
        if !hello.cipher_suites.iter().any(|suite| HUB_POLICY.contains(suite)) {
            tally.bad(at, format!("offers {offered}"));
            continue;
        }
        // The suite that is chosen is the server's business: the stand-in's key is not of the hub's kind.
        if let Some(tls) = connection.tls {
            completed = true;
            tally.good(tls.at, format!("agrees on {} after offering {offered}", tls.suite));
        }
    }
    if !completed && !tally.has_bad() {
        return Finding::inconclusive("no handshake completed");
    }
    tally.finish(
        "a suite of IoT Hub's policy was offered in every handshake",
        "no suite of IoT Hub's policy was offered",
        "no ClientHello was seen",
    )
}
