//! TLS-ROOT-03: a move of the hub to another root while the device runs.

use super::refusal::device_error;
use crate::view::Connection;
use crate::{Check, Finding, Tally, View};

pub(crate) const CHECK: Check = Check { id: "TLS-ROOT-03", always: false, judge };

fn judge(view: &View<'_>) -> Finding {
    let mut tally = Tally::default();
    let mut moved = false;
    let mut before: Option<(&Connection<'_>, &str)> = None;
    for connection in view.connections() {
        let Some(certificate) = connection.certificate.filter(|certificate| certificate.kind == "good")
        else {
            continue;
        };
        let same_life = before.is_some_and(|(other, _)| !view.boots_between(other.opened, connection.opened));
        if same_life && before.is_some_and(|(_, root)| root != certificate.root) {
            moved = true;
        }
        before = Some((connection, certificate.root));
        step(view, connection, certificate.root, &mut tally);
    }
    if !moved {
        return Finding::inconclusive("no server moved to another root while the device ran");
    }
    tally.finish(
        "each root was met with a connection or with a clear word about trust",
        "a move to another root was not survived as it should be",
        "no handshake was finished",
    )
}

fn step(view: &View<'_>, connection: &Connection<'_>, root: &str, tally: &mut Tally) {
    let Some(certificate) = connection.certificate else { return };
    if let Some(tls) = connection.tls {
        return tally.good(tls.at, format!("connects under the root {root}"));
    }
    if connection.is_handshake_odd() {
        return;
    }
    let alert =
        connection.tls_failures.iter().find_map(|failure| failure.alert.map(|alert| (failure.at, alert)));
    let said = device_error(view, connection, certificate.at);
    let end = connection.closed.map(|closed| closed.at).or(alert.map(|(at, _)| at));
    let Some(at) = end else { return };
    match (said.as_deref(), alert) {
        (Some("unknown-issuer"), _) | (None, Some((_, "unknown_ca"))) => {
            tally.good(at, format!("says that it does not trust the root {root}"));
        }
        (Some("timeout" | "closed"), _) => {}
        (Some(other), _) => {
            tally.bad(at, format!("says `{other}` about the root {root}, which is not about trust"))
        }
        (None, Some((_, other))) => tally.bad(at, format!("answers the root {root} with the alert {other}")),
        (None, None) => tally.bad(at, format!("breaks off at the root {root} without a word")),
    }
}
