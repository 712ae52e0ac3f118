//! METHOD-03: empty, broken and large payloads are coped with.

use super::method_01::{ANSWERED_WITHIN, is_ordinary};
use crate::{Check, Finding, Tally, View};

pub(crate) const CHECK: Check = Check { id: "METHOD-03", always: false, judge };

fn judge(view: &View<'_>) -> Finding {
    let mut tally = Tally::default();
    for connection in view.connections_to("hub") {
        for call in connection.method_calls().iter().filter(|call| !is_ordinary(call)) {
            let is_json = serde_json::from_slice::<serde_json::Value>(call.payload).is_ok();
            let kind = match call.payload.len() {
                0 => "an empty payload".to_owned(),
                bytes if is_json => format!("a payload of {bytes} B"),
                _ => "a payload that is no JSON".to_owned(),
            };
            if let Some((at, crash)) = view.crash_between(call.at, call.at.time + ANSWERED_WITHIN) {
                tally.bad(at, format!("{crash}, after {kind}"));
                continue;
            }
            match call.answers.first() {
                Some(answer) if !is_json && !call.payload.is_empty() && answer.status < 400 => {
                    tally.doubtful(answer.at, format!("{kind} was answered with {}", answer.status));
                }
                Some(answer) => tally.good(answer.at, format!("{kind} was answered with {}", answer.status)),
                None if connection.lasts(call.at, ANSWERED_WITHIN, view.end()) => {
                    tally.bad(call.at, format!("{kind} was not answered"));
                }
                None if connection.closed_by_device().is_some() && connection.disconnect().is_none() => {
                    tally.bad(connection.ended(view.end()), format!("the connection was closed over {kind}"));
                }
                None => {}
            }
        }
    }
    tally.finish(
        "unusual payloads were coped with",
        "an unusual payload was not coped with",
        "no method was called with an unusual payload",
    )
}

#[cfg(test)]
mod tests {
    use crate::Verdict;
    use crate::testing::Story;

    fn called(payload: &str) -> (Story, nanorig_trace::event::ConnId) {
        let mut story = Story::new();
        let conn = story.at(1.0).subscribed_session();
        story.at(2.0).calls_method(conn, "add", "1", payload);
        (story, conn)
    }

    #[test]
    fn an_answer_passes() {
        let large = format!("\"{}\"", "x".repeat(100 * 1024));
        for (payload, status) in [("", 200), ("{not json", 400), (large.as_str(), 413)] {
            let (mut story, conn) = called(payload);
            story.answers_method(conn, status, "1");
            story.expect("METHOD-03", Verdict::Pass);
        }
    }

    #[test]
    fn success_over_broken_json_is_a_warning() {
        let (mut story, conn) = called("{not json");
        story.answers_method(conn, 200, "1");
        story.expect("METHOD-03", Verdict::PassWithWarning);
    }

    #[test]
    fn silence_and_a_restart_fail() {
        let (mut story, conn) = called("{not json");
        story.at(40.0).leaves(conn);
        story.expect("METHOD-03", Verdict::Fail);
        let (mut story, _) = called("");
        story.boot("watchdog");
        story.expect("METHOD-03", Verdict::Fail);
    }

    #[test]
    fn ordinary_payloads_are_inconclusive() {
        let (mut story, conn) = called("{}");
        story.answers_method(conn, 200, "1");
        story.expect("METHOD-03", Verdict::Inconclusive);
    }
}
