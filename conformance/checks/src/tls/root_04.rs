//! TLS-ROOT-04: neither the leaf nor the intermediate is pinned.

use super::refusal::{Answer, answer, device_error};
use crate::view::{At, Certificate, Connection};
use crate::{Check, Finding, Tally, View};

pub(crate) const CHECK: Check = Check { id: "TLS-ROOT-04", always: false, judge };

/// Two chains of one size whose leaves and intermediates are different.
const KINDS: [&str; 2] = ["good", "rotated"];

fn judge(view: &View<'_>) -> Finding {
    let mut tally = Tally::default();
    let mut accepted: Vec<(&Connection<'_>, Certificate<'_>)> = Vec::new();
    for connection in view.connections() {
        let chain = connection.certificate.filter(|certificate| KINDS.contains(&certificate.kind));
        let Some(chain) = chain.filter(|_| connection.tls.is_none_or(|tls| !tls.resumed)) else { continue };
        let known =
            accepted.iter().position(|(before, other)| is_same_server(before, other, connection, &chain));
        if let Some((before, other)) = known.map(|place| accepted[place])
            && other.kind != chain.kind
        {
            let same_life = !view.boots_between(before.opened, connection.opened);
            judge_replacement(view, connection, &chain, same_life, &mut tally);
        }
        if connection.tls.is_some() {
            known.map(|place| accepted.remove(place));
            accepted.push((connection, chain));
        }
    }
    tally.finish(
        "another leaf and another intermediate under the same root were accepted",
        "another leaf and another intermediate under the same root were refused",
        "no server replaced leaf and intermediate of a chain that the device had accepted",
    )
}

fn is_same_server(
    before: &Connection<'_>,
    other: &Certificate<'_>,
    connection: &Connection<'_>,
    chain: &Certificate<'_>,
) -> bool {
    before.service == connection.service && other.root == chain.root && other.names == chain.names
}

fn judge_replacement(
    view: &View<'_>,
    connection: &Connection<'_>,
    chain: &Certificate<'_>,
    same_life: bool,
    tally: &mut Tally,
) {
    let text = format!("the chain `{}` under {}", chain.kind, chain.root);
    match answer(view, connection, chain) {
        // A pin that is made at the first connection may not outlive a start.
        Some((at, Answer::Accepted)) if same_life => tally.good(at, format!("connects to {text}")),
        Some((at, Answer::Alert(alert))) if !is_other_reason(view, connection, alert, chain.at) => {
            tally.bad(at, format!("refuses {text} with the alert {alert}, and had accepted another"));
        }
        Some((at, Answer::Silence))
            if !is_other_reason(view, connection, "", chain.at) && !left(view, connection, at) =>
        {
            tally.bad(at, format!("breaks off at {text}, and had accepted another"));
        }
        _ => {}
    }
}

/// True when the handshake failed for its version, for the device's clock, or because the server made it hard.
fn is_other_reason(view: &View<'_>, connection: &Connection<'_>, alert: &str, from: At) -> bool {
    let said = device_error(view, connection, from);
    connection.is_handshake_odd()
        || matches!(alert, "protocol_version" | "insufficient_security" | "certificate_expired")
        || matches!(said.as_deref(), Some("expired" | "not-yet-valid" | "protocol"))
}

/// True when the connection ended because the device was told to end it, or lost its link.
fn left(view: &View<'_>, connection: &Connection<'_>, at: At) -> bool {
    view.told_between(connection.opened, at) || view.cut_off(connection, connection.opened.time, at.time)
}

#[cfg(test)]
mod tests {
    use nanorig_trace::event::ConnId;

    use crate::Verdict;
    use crate::testing::Story;

    /// The device connects to the chain `good`, and meets another later.
    fn meets(kind: &str, root: &str) -> (Story, ConnId) {
        let mut story = Story::new();
        let conn = story.at(1.0).good_session();
        story.at(10.0).cut(conn);
        let conn = story.at(15.0).open("hub");
        story.certificate(conn, kind, root);
        (story, conn)
    }

    #[test]
    fn connecting_to_another_leaf_passes() {
        let (mut story, conn) = meets("rotated", "g2");
        story.tls(conn);
        story.expect("TLS-ROOT-04", Verdict::Pass);
    }

    #[test]
    fn refusing_it_fails_with_an_alert_and_without() {
        for alert in [Some("bad_certificate"), None] {
            let (mut story, conn) = meets("rotated", "g2");
            story.tls_refused(conn, alert);
            story.expect("TLS-ROOT-04", Verdict::Fail);
        }
        let (mut story, conn) = meets("rotated", "g2");
        story.device_tls_failed("bad-certificate").tls_refused(conn, Some("bad_certificate"));
        story.expect("TLS-ROOT-04", Verdict::Fail);
    }

    #[test]
    fn the_same_chain_and_another_root_are_inconclusive() {
        for (kind, root) in [("good", "g2"), ("good", "msrsa"), ("rotated", "msrsa"), ("unknown-ca", "g2")] {
            let (mut story, conn) = meets(kind, root);
            story.tls_refused(conn, Some("unknown_ca"));
            story.expect("TLS-ROOT-04", Verdict::Inconclusive);
        }
    }

    #[test]
    fn other_reasons_are_inconclusive() {
        for error in ["out-of-memory", "timeout", "expired"] {
            let (mut story, conn) = meets("rotated", "g2");
            story.device_tls_failed(error).tls_refused(conn, None);
            story.expect("TLS-ROOT-04", Verdict::Inconclusive);
        }
        let (mut story, conn) = meets("rotated", "g2");
        story.tls_oddity(conn, "stalled").tls_refused(conn, None);
        story.expect("TLS-ROOT-04", Verdict::Inconclusive);
    }

    #[test]
    fn a_start_in_between_may_have_dropped_the_pin() {
        let mut story = Story::new();
        let conn = story.at(1.0).good_session();
        story.at(10.0).cut(conn).boot("power-on");
        let conn = story.at(15.0).open("hub");
        story.certificate(conn, "rotated", "g2").tls(conn);
        story.expect("TLS-ROOT-04", Verdict::Inconclusive);
    }

    #[test]
    fn a_first_chain_is_inconclusive() {
        let mut story = Story::new();
        let conn = story.at(1.0).open("hub");
        story.certificate(conn, "rotated", "g2").tls_refused(conn, Some("bad_certificate"));
        story.expect("TLS-ROOT-04", Verdict::Inconclusive);
    }
}
