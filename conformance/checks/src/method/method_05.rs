//! METHOD-05: a call of an earlier connection is not answered on a later one.

use std::time::Duration;

use nanorig_trace::event::DeviceEvent;
use nanorig_wire::hub::is_same_rid;

use crate::view::{At, MethodCall, Succession};
use crate::{Check, Finding, Tally, View};

pub(crate) const CHECK: Check = Check { id: "METHOD-05", always: false, judge };

/// A late answer has come by then, if it comes.
const COMES_WITHIN: Duration = Duration::from_secs(60);

fn judge(view: &View<'_>) -> Finding {
    let mut tally = Tally::default();
    for pair in view.successions("hub") {
        for call in pair.before.method_calls().iter().filter(|call| call.answers.is_empty()) {
            judge_call(view, &pair, call, &mut tally);
        }
    }
    tally.finish(
        "calls of an earlier connection were not answered later, and ran once",
        "a call of an earlier connection was answered later, or ran twice",
        "no connection was cut while a method ran",
    )
}

fn judge_call(view: &View<'_>, pair: &Succession<'_, '_>, call: &MethodCall<'_>, tally: &mut Tally) {
    let own = pair.after.method_calls();
    let late = pair.after.method_answers().into_iter().find(|answer| {
        // The hub counts request ids anew: the answer may be to a call of this connection.
        let called_here =
            own.iter().any(|other| other.at < answer.at && is_same_rid(&other.rid, &answer.rid));
        is_same_rid(&call.rid, &answer.rid) && !called_here
    });
    if let Some(answer) = late {
        return tally
            .bad(answer.at, format!("{} ({}) is answered on a later connection", call.name, call.rid));
    }
    let again = own.iter().any(|other| other.name == call.name);
    let runs: Vec<At> = view
        .device_events()
        .filter(|(at, event)| {
            *at > call.at && matches!(event, DeviceEvent::Method { name, rid, .. } if *name == call.name && is_same_rid(rid, &call.rid))
        })
        .map(|(at, _)| at)
        .collect();
    let accepted = pair.after.accepted().unwrap_or(pair.after.opened);
    match runs.get(1) {
        Some(at) if !again => tally.bad(*at, format!("{} ({}) ran twice", call.name, call.rid)),
        _ if pair.after.lasts(accepted, COMES_WITHIN, view.end()) => {
            tally.good(
                accepted,
                format!("{} ({}) was left alone on connection {}", call.name, call.rid, pair.after.id),
            );
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use nanorig_trace::event::DeviceEvent;

    use crate::Verdict;
    use crate::testing::Story;

    fn cut() -> (Story, nanorig_trace::event::ConnId) {
        let mut story = Story::new();
        let conn = story.at(1.0).subscribed_session();
        story.calls_method(conn, "slow", "7", "null").at(2.0).cut(conn);
        let conn = story.at(5.0).session(true);
        (story, conn)
    }

    #[test]
    fn leaving_it_alone_passes_and_answering_fails() {
        let (mut story, conn) = cut();
        story.at(70.0).telemetry(conn, 1, "{}");
        story.expect("METHOD-05", Verdict::Pass);
        let (mut story, conn) = cut();
        story.at(6.0).answers_method(conn, 200, "7");
        story.expect("METHOD-05", Verdict::Fail);
    }

    #[test]
    fn a_call_of_the_new_connection_is_answered() {
        let (mut story, conn) = cut();
        story
            .at(6.0)
            .calls_method(conn, "slow", "7", "null")
            .answers_method(conn, 200, "7")
            .at(70.0)
            .telemetry(conn, 1, "{}");
        story.expect("METHOD-05", Verdict::Pass);
    }

    #[test]
    fn running_twice_fails() {
        let (mut story, _) = cut();
        for _ in 0..2 {
            story.event(DeviceEvent::Method {
                name: "slow".into(),
                rid: "7".into(),
                status: 200,
                payload: serde_json::Value::Null,
            });
        }
        story.expect("METHOD-05", Verdict::Fail);
    }

    #[test]
    fn an_answered_call_and_a_short_return_are_inconclusive() {
        let mut story = Story::new();
        let conn = story.at(1.0).subscribed_session();
        story.calls_method(conn, "slow", "7", "null").answers_method(conn, 200, "7").at(2.0).cut(conn);
        let conn = story.at(5.0).session(true);
        story.at(70.0).telemetry(conn, 1, "{}");
        story.expect("METHOD-05", Verdict::Inconclusive);
        cut().0.expect("METHOD-05", Verdict::Inconclusive);
    }
}
