//! TLS-CHAIN-06: a server that does not hold the key of its certificate is refused.
//!
//! Its signature over the key exchange does not fit: it comes from another key, or it is damaged. The connection ends
//! with an alert or without one.

use super::presented::judge_each;
use super::refusal::{Answer, answer};
use crate::view::{Certificate, Connection};
use crate::{Check, Finding, Tally, View};

pub(crate) const CHECK: Check = Check { id: "TLS-CHAIN-06", always: true, judge };

fn judge(view: &View<'_>) -> Finding {
    let wanted =
        |certificate: &Certificate<'_>| matches!(certificate.kind, "wrong-key" | "damaged-key-exchange");
    judge_each(view, wanted, judge_connection).finish(
        "servers whose signature does not fit were refused",
        "a server whose signature does not fit was accepted",
        "no server sent a signature that does not fit, or the handshake ended for another reason",
    )
}

fn judge_connection(
    view: &View<'_>,
    connection: &Connection<'_>,
    certificate: &Certificate<'_>,
    tally: &mut Tally,
) {
    let kind = certificate.kind;
    match answer(view, connection, certificate) {
        Some((at, Answer::Accepted)) => tally.bad(at, format!("the handshake completes (`{kind}`)")),
        Some((at, Answer::Alert(alert))) => tally.good(at, format!("the alert {alert} is sent (`{kind}`)")),
        Some((at, Answer::Silence)) => tally.good(at, format!("the connection is closed (`{kind}`)")),
        None => {}
    }
}

#[cfg(test)]
mod tests {
    use crate::Verdict;
    use crate::testing::Story;

    fn shown(kind: &str) -> (Story, nanorig_trace::event::ConnId) {
        let mut story = Story::new();
        let conn = story.at(1.0).open("hub");
        story.certificate(conn, kind, "g2").at(1.2);
        (story, conn)
    }

    #[test]
    fn an_alert_and_a_plain_end_pass_and_a_handshake_fails() {
        for kind in ["wrong-key", "damaged-key-exchange"] {
            for alert in [Some("decrypt_error"), None] {
                let (mut story, conn) = shown(kind);
                story.tls_refused(conn, alert).expect("TLS-CHAIN-06", Verdict::Pass);
            }
            let (mut story, conn) = shown(kind);
            story.device_tls_failed("bad-signature").tls_refused(conn, Some("decrypt_error"));
            story.expect("TLS-CHAIN-06", Verdict::Pass);
            let (mut story, conn) = shown(kind);
            story.tls(conn).expect("TLS-CHAIN-06", Verdict::Fail);
        }
    }

    #[test]
    fn good_signatures_and_other_ends_are_inconclusive() {
        let (mut story, conn) = shown("good");
        story.tls(conn).expect("TLS-CHAIN-06", Verdict::Inconclusive);
        let (mut story, conn) = shown("wrong-key");
        story.device_tls_failed("out-of-memory").tls_refused(conn, None);
        story.expect("TLS-CHAIN-06", Verdict::Inconclusive);
    }
}
