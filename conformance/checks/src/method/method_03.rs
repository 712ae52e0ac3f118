//! METHOD-03: empty, broken and large payloads are coped with.

use std::collections::BTreeSet;

use super::method_01::{ANSWERED_WITHIN, ORDINARY, answer_due, is_ordinary};
use crate::view::{Connection, MethodCall};
use crate::{Check, Finding, Tally, View};

pub(crate) const CHECK: Check = Check { id: "METHOD-03", always: false, judge };

/// Kinds of payload that can break a method.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Empty,
    Broken,
    Large,
}

impl Kind {
    const ALL: [Self; 3] = [Self::Empty, Self::Broken, Self::Large];

    fn of(payload: &[u8]) -> Self {
        match payload.len() {
            0 => Self::Empty,
            ORDINARY.. => Self::Large,
            _ => Self::Broken,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Empty => "an empty payload",
            Self::Broken => "a payload that is no JSON",
            Self::Large => "a large payload",
        }
    }
}

fn judge(view: &View<'_>) -> Finding {
    let mut tally = Tally::default();
    let mut coped: BTreeSet<Kind> = BTreeSet::new();
    for connection in view.connections_to("hub") {
        for call in connection.method_calls().iter().filter(|call| !is_ordinary(call)) {
            let kind = Kind::of(call.payload);
            if judge_call(view, connection, call, kind, &mut tally) {
                coped.insert(kind);
            }
        }
    }
    let missing: Vec<&str> =
        Kind::ALL.into_iter().filter(|kind| !coped.contains(kind)).map(Kind::name).collect();
    if !tally.has_bad() && !missing.is_empty() {
        return Finding::inconclusive(format!(
            "no method was called and answered with {}",
            missing.join(", ")
        ));
    }
    tally.finish("unusual payloads were coped with", "an unusual payload was not coped with", "")
}

/// True when the call was answered.
fn judge_call(
    view: &View<'_>,
    connection: &Connection<'_>,
    call: &MethodCall<'_>,
    kind: Kind,
    tally: &mut Tally,
) -> bool {
    let name = kind.name();
    // A payload that breaks a device does so while it is handled, however long the caller would wait.
    if let Some((at, crash)) = view.crash_between(call.at, call.at.time + ANSWERED_WITHIN) {
        tally.bad(at, format!("{crash}, after {name}"));
        return false;
    }
    match call.answers.first() {
        Some(answer) if kind == Kind::Broken && answer.status < 400 => {
            tally.doubtful(answer.at, format!("{name} was answered with {}", answer.status));
        }
        Some(answer) => tally.good(answer.at, format!("{name} was answered with {}", answer.status)),
        None if connection.lasts(call.at, answer_due(view, call), view.end()) => {
            tally.bad(call.at, format!("{name} was not answered"));
        }
        None if connection.closed_by_device().is_some() && connection.disconnect().is_none() => {
            tally.bad(connection.ended(view.end()), format!("the connection was closed over {name}"));
        }
        None => {}
    }
    !call.answers.is_empty()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::Verdict;
    use crate::testing::Story;

    /// Calls with these payloads, answered with these statuses.
    fn answered(calls: &[(&str, i32)]) -> Story {
        let mut story = Story::new();
        let conn = story.at(1.0).subscribed_session();
        for (number, (payload, status)) in (1..).zip(calls) {
            let rid = format!("{number:x}");
            story.calls_method(conn, "add", &rid, payload).answers_method(conn, *status, &rid);
        }
        story
    }

    fn called(payload: &str) -> (Story, nanorig_trace::event::ConnId) {
        let mut story = Story::new();
        let conn = story.at(1.0).subscribed_session();
        story.at(2.0).stimulus("cloud", "method.invoke", json!({ "name": "add", "timeout": 60_000_000 }));
        story.calls_method(conn, "add", "1", payload);
        (story, conn)
    }

    fn large() -> String {
        format!("\"{}\"", "x".repeat(100 * 1024))
    }

    #[test]
    fn an_answer_to_each_kind_passes() {
        let large = large();
        answered(&[("", 200), ("{not json", 400), (&large, 413)]).expect("METHOD-03", Verdict::Pass);
    }

    #[test]
    fn success_over_broken_json_is_a_warning() {
        let large = large();
        let story = answered(&[("", 200), ("{not json", 200), (&large, 413)]);
        story.expect("METHOD-03", Verdict::PassWithWarning);
    }

    #[test]
    fn silence_and_a_restart_fail() {
        for (second, verdict) in [(61.9, Verdict::Inconclusive), (62.0, Verdict::Fail)] {
            let (mut story, conn) = called("{not json");
            story.at(second).leaves(conn);
            story.expect("METHOD-03", verdict);
        }
        let (mut story, _) = called("");
        story.boot("watchdog");
        story.expect("METHOD-03", Verdict::Fail);
    }

    #[test]
    fn ordinary_payloads_and_some_of_the_kinds_are_inconclusive() {
        let large = large();
        answered(&[("{}", 200)]).expect("METHOD-03", Verdict::Inconclusive);
        answered(&[("", 200), (&large, 200)]).expect("METHOD-03", Verdict::Inconclusive);
        answered(&[("", 200), ("{not json", 400)]).expect("METHOD-03", Verdict::Inconclusive);
    }
}
