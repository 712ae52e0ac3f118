//! TLS-REC-02: handshake messages over several records and records in several segments are put together.

use super::refusal::device_error;
use crate::view::{At, Connection};
use crate::{Check, Finding, Tally, View};

pub(crate) const CHECK: Check = Check { id: "TLS-REC-02", always: true, judge };

fn judge(view: &View<'_>) -> Finding {
    let [mut records, mut segments] = [Tally::default(), Tally::default()];
    for connection in view.connections() {
        for oddity in &connection.tls_oddities {
            match oddity.what {
                // A session that is resumed has no long message.
                "small-records" if connection.tls.is_none_or(|tls| !tls.resumed) => {
                    judge_handshake(view, connection, oddity.at, "messages over small records", &mut records);
                }
                "small-segments" => {
                    judge_handshake(view, connection, oddity.at, "records in small segments", &mut segments);
                }
                _ => {}
            }
        }
    }
    let half = records.is_empty() || segments.is_empty();
    let mut tally = records;
    tally.absorb(segments);
    if half && !tally.has_bad() {
        return Finding::inconclusive(
            "it takes a handshake over small records and one in small segments that nothing else ended",
        );
    }
    tally.finish(
        "handshakes in pieces were put together",
        "a handshake in pieces was not put together",
        "no server sent its handshake in pieces",
    )
}

fn judge_handshake(view: &View<'_>, connection: &Connection<'_>, at: At, what: &str, tally: &mut Tally) {
    if let Some(tls) = connection.tls {
        return tally.good(tls.at, format!("the handshake completes with {what}"));
    }
    if view.cut_off(connection, at.time, connection.ended(view.end()).time) {
        return;
    }
    // A device that gives up because it takes too long may do so, and it may refuse the chain.
    let said = device_error(view, connection, at);
    let alert = connection.tls_failures.iter().find(|failure| failure.alert.is_some());
    let (failed, why) = match (said.as_deref(), alert) {
        (Some(word @ ("protocol" | "alert")), _) => (connection.ended(view.end()), word),
        (None, Some(alert)) => (alert.at, alert.alert.unwrap_or_default()),
        _ => return,
    };
    tally.bad(failed, format!("breaks off at {what}: {why}"));
}

#[cfg(test)]
mod tests {
    use nanorig_trace::event::{CloseHow, ConnId, Party};

    use crate::Verdict;
    use crate::testing::{Story, hello};

    fn handshake(story: &mut Story, second: f64, oddity: &str) -> ConnId {
        let conn = story.at(second).open("hub");
        story.hello(conn, &hello()).tls_oddity(conn, oddity).certificate(conn, "good", "g2");
        story.at(second + 5.0);
        conn
    }

    #[test]
    fn both_kinds_of_pieces_must_be_put_together() {
        let mut story = Story::new();
        let conn = handshake(&mut story, 1.0, "small-records");
        story.tls(conn).expect("TLS-REC-02", Verdict::Inconclusive);
        let conn = handshake(&mut story, 10.0, "small-segments");
        story.tls(conn).expect("TLS-REC-02", Verdict::Pass);
    }

    #[test]
    fn breaking_off_fails() {
        for oddity in ["small-records", "small-segments"] {
            let mut story = Story::new();
            let conn = handshake(&mut story, 1.0, oddity);
            story.device_tls_failed("protocol").close(conn, Party::Device, CloseHow::Fin);
            story.expect("TLS-REC-02", Verdict::Fail);
            let mut story = Story::new();
            let conn = handshake(&mut story, 1.0, oddity);
            story.tls_refused(conn, Some("decode_error")).expect("TLS-REC-02", Verdict::Fail);
        }
    }

    #[test]
    fn giving_up_for_another_reason_shows_nothing() {
        for error in ["timeout", "out-of-memory", "unknown-issuer"] {
            let mut story = Story::new();
            let conn = handshake(&mut story, 1.0, "small-segments");
            story.device_tls_failed(error).tls_refused(conn, Some("internal_error"));
            story.expect("TLS-REC-02", Verdict::Inconclusive);
        }
        let mut story = Story::new();
        story.at(1.0).good_session();
        story.expect("TLS-REC-02", Verdict::Inconclusive);
    }
}
