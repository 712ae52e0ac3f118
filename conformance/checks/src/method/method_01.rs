//! METHOD-01: a direct method is answered once, with its own request id and a status number.

use std::time::Duration;

use nanorig_trace::event::CloudEvent;
use nanorig_wire::hub::{DeviceFilter, DevicePublish, TopicError, is_same_rid};

use crate::view::{At, Connection, HarnessCall, MethodCall};
use crate::{Check, Finding, Tally, View};

pub(crate) const CHECK: Check = Check { id: "METHOD-01", always: false, judge };

/// The hub's default for the time of an answer ("Understand and invoke direct methods from IoT Hub").
pub(crate) const ANSWERED_WITHIN: Duration = Duration::from_secs(30);
/// The longest time for an answer that a call can ask for.
const LONGEST: Duration = Duration::from_secs(300);
/// What is said of methods that were called when no call shows anything.
pub(crate) const UNDECIDED: &str = "no call was over, or followed for as long as its answer may take";
/// Larger payloads, and those that are not JSON, are judged by METHOD-03.
pub(crate) const ORDINARY: usize = 32 * 1024;

fn judge(view: &View<'_>) -> Finding {
    let mut tally = Tally::default();
    let mut called = false;
    for connection in view.connections_to("hub") {
        let calls = connection.method_calls();
        for call in calls.iter().filter(|call| is_ordinary(call)) {
            called = true;
            judge_call(view, connection, call, &mut tally);
        }
        stray_answers(connection, &calls, &mut tally);
    }
    for (at, event) in view.cloud_events() {
        if let CloudEvent::MethodFinished { device, name, by, .. } = event
            && by == "not-connected"
        {
            judge_unheard(view, at, (device, name), &mut tally);
        }
    }
    let nothing = match called {
        true => UNDECIDED,
        false => "no direct method was called",
    };
    tally.finish(
        "direct methods were answered as the hub wants it",
        "a direct method was not answered as the hub wants it",
        nothing,
    )
}

pub(super) fn is_ordinary(call: &MethodCall<'_>) -> bool {
    call.payload.len() <= ORDINARY && serde_json::from_slice::<serde_json::Value>(call.payload).is_ok()
}

pub(super) fn judge_call(
    view: &View<'_>,
    connection: &Connection<'_>,
    call: &MethodCall<'_>,
    tally: &mut Tally,
) {
    let name = &call.name;
    let limit = limit(view, call);
    match &call.answers[..] {
        [] if connection.lasts(call.at, answer_due(view, call), view.end()) => {
            tally.bad(call.at, format!("{name} ({}) was not answered", call.rid));
        }
        [] => {}
        // Who answers each delivery of a call answers none of them twice.
        answers if answers.len() > call.deliveries.len() => {
            let again = answers[call.deliveries.len()].at;
            tally.bad(again, format!("{name} ({}) was answered twice", call.rid));
        }
        // Who called it may wait longer than the hub does by default, where nothing says for how long.
        [first, ..] if limit.is_none() && first.at.since(call.at) > ANSWERED_WITHIN => {}
        [first, ..] if limit.is_some_and(|limit| first.at.since(call.at) > limit) => {
            let after = first.at.since(call.at).as_secs_f64();
            tally.bad(first.at, format!("{name} was answered after {after:.1} s"));
        }
        [first, ..] => tally.good(first.at, format!("{name} was answered with {}", first.status)),
    }
}

/// How long after a call its answer has to be there, be the caller ever so patient where the trace does not say how patient.
pub(crate) fn answer_due(view: &View<'_>, call: &MethodCall<'_>) -> Duration {
    limit(view, call).unwrap_or(LONGEST)
}

/// How long the caller waits for the answer: as its call says, or the hub's word that the time is over. None when the
/// trace has neither.
fn limit(view: &View<'_>, call: &MethodCall<'_>) -> Option<Duration> {
    let own = |other: &&HarnessCall<'_>| other.at < call.at && other.text("name") == Some(&call.name);
    if let Some(invoked) = view.calls_named("method.invoke").filter(|other| other.hand == "cloud").rfind(own)
    {
        return Some(invoked.span("timeout").unwrap_or(ANSWERED_WITHIN));
    }
    view.cloud_events().find_map(|(at, event)| match event {
        CloudEvent::MethodFinished { name, rid, by, .. }
            if at > call.at && *name == call.name && is_same_rid(rid, &call.rid) =>
        {
            (by == "timeout").then(|| at.since(call.at))
        }
        _ => None,
    })
}

/// A method that found nobody: the device is there and never listens.
pub(crate) fn judge_unheard(view: &View<'_>, at: At, (device, name): (&str, &str), tally: &mut Tally) {
    let own = view.connections_to("hub").filter(|connection| connection.is_of(device));
    for connection in own.filter(|connection| connection.is_live(at)) {
        let Some(accepted) = connection.accepted() else { continue };
        let deadline = At { record: usize::MAX, time: accepted.time + ANSWERED_WITHIN };
        let listens = view.is_subscribed(connection, &[DeviceFilter::Methods], deadline);
        if !listens && connection.lasts(accepted, ANSWERED_WITHIN, view.end()) {
            tally.bad(
                at,
                format!("{name} finds nobody: connection {} does not subscribe to methods", connection.id),
            );
        }
    }
}

/// Answers that belong to no call here, and topics that are no answers.
fn stray_answers(connection: &Connection<'_>, calls: &[MethodCall<'_>], tally: &mut Tally) {
    for answer in connection.method_answers() {
        let called = calls.iter().any(|call| call.answers.iter().any(|other| other.at == answer.at));
        if !called && !calls.is_empty() {
            tally.bad(answer.at, format!("an answer to {}, which was not called", answer.rid));
        }
    }
    let Some(own) = connection.identity() else { return };
    for (at, publish) in
        connection.published().filter(|(_, publish)| publish.topic.starts_with("$iothub/methods/"))
    {
        match DevicePublish::parse(&publish.topic, &own) {
            Ok(_) => {}
            Err(
                error @ (TopicError::Status { .. } | TopicError::Query { .. } | TopicError::Unknown { .. }),
            ) => {
                tally.bad(at, format!("{error}: {}", publish.topic));
            }
            Err(error) => tally.bad(at, error.to_string()),
        }
    }
}

#[cfg(test)]
mod tests {
    use nanorig_trace::event::CloudEvent;
    use serde_json::{Value, json};

    use crate::Verdict;
    use crate::testing::Story;

    fn called() -> (Story, nanorig_trace::event::ConnId) {
        called_with(Some(json!({ "name": "add" })))
    }

    /// A method that is called in this way; none when the trace does not say how.
    fn called_with(args: Option<Value>) -> (Story, nanorig_trace::event::ConnId) {
        let mut story = Story::new();
        let conn = story.at(1.0).subscribed_session();
        if let Some(args) = args {
            story.at(2.0).stimulus("cloud", "method.invoke", args);
        }
        story.at(2.0).calls_method(conn, "add", "1f", "null");
        (story, conn)
    }

    #[test]
    fn the_calls_own_time_for_an_answer_counts() {
        for (second, verdict) in [(91.9, Verdict::Pass), (92.1, Verdict::Fail)] {
            let args = json!({ "name": "add", "timeout": 90_000_000 });
            let (mut story, conn) = called_with(Some(args));
            story.at(second).answers_method(conn, 200, "1f");
            story.expect("METHOD-01", verdict);
        }
    }

    #[test]
    fn what_takes_longer_than_usual_is_inconclusive_where_nothing_says_how_long_it_may() {
        for (second, verdict) in [(31.9, Verdict::Pass), (32.1, Verdict::Inconclusive)] {
            let (mut story, conn) = called_with(None);
            story.at(second).answers_method(conn, 200, "1f");
            story.expect("METHOD-01", verdict);
        }
        for (second, verdict) in [(301.9, Verdict::Inconclusive), (302.0, Verdict::Fail)] {
            let (mut story, conn) = called_with(None);
            story.at(second).leaves(conn);
            story.expect("METHOD-01", verdict);
        }
        let (mut story, conn) = called_with(None);
        story.at(62.0).event(finished("nano-01", "1f", "timeout"));
        story.at(62.1).answers_method(conn, 200, "1f");
        story.expect("METHOD-01", Verdict::Fail);
    }

    fn finished(device: &str, rid: &str, by: &str) -> CloudEvent {
        CloudEvent::MethodFinished {
            device: device.into(),
            name: "add".into(),
            rid: rid.into(),
            status: 404,
            by: by.into(),
            payload: Value::Null,
        }
    }

    #[test]
    fn one_answer_with_the_same_id_passes() {
        for rid in ["1f", "1F"] {
            let (mut story, conn) = called();
            story.at(3.0).answers_method(conn, 200, rid);
            story.expect("METHOD-01", Verdict::Pass);
        }
    }

    #[test]
    fn a_call_that_is_delivered_twice_may_be_answered_once_or_twice() {
        for (answers, verdict) in [(1, Verdict::Pass), (2, Verdict::Pass), (3, Verdict::Fail)] {
            let (mut story, conn) = called();
            story.calls_method(conn, "add", "1f", "null").at(3.0);
            for _ in 0..answers {
                story.answers_method(conn, 200, "1f");
            }
            story.expect("METHOD-01", verdict);
        }
    }

    #[test]
    fn the_limits_of_time_come_in_pairs() {
        for (second, verdict) in [(31.9, Verdict::Pass), (32.1, Verdict::Fail)] {
            let (mut story, conn) = called();
            story.at(second).answers_method(conn, 200, "1f");
            story.expect("METHOD-01", verdict);
        }
    }

    /// A device without subscriptions, while a method of `device` finds nobody.
    fn unheard(device: &str) -> Story {
        let mut story = Story::new();
        let conn = story.at(1.0).session(false);
        story.at(5.0).event(finished(device, "", "not-connected"));
        story.at(32.0).leaves(conn);
        story
    }

    #[test]
    fn a_device_that_does_not_listen_fails() {
        unheard("nano-01").expect("METHOD-01", Verdict::Fail);
    }

    #[test]
    fn no_call_one_for_another_device_and_one_without_its_time_are_inconclusive() {
        let mut story = Story::new();
        story.at(1.0).subscribed_session();
        story.expect("METHOD-01", Verdict::Inconclusive);
        unheard("nano-02").expect("METHOD-01", Verdict::Inconclusive);
        let (mut story, conn) = called();
        story.at(20.0).cut(conn);
        let finding = story.expect("METHOD-01", Verdict::Inconclusive);
        assert_eq!(finding.summary, "no call was over, or followed for as long as its answer may take");
    }

    #[test]
    fn silence_another_id_two_answers_and_a_word_fail() {
        let (mut story, conn) = called();
        story.at(40.0).leaves(conn);
        story.expect("METHOD-01", Verdict::Fail);
        let (mut story, conn) = called();
        story.at(3.0).answers_method(conn, 200, "20");
        story.expect("METHOD-01", Verdict::Fail);
        let (mut story, conn) = called();
        story.at(3.0).answers_method(conn, 200, "1f").answers_method(conn, 200, "1f");
        story.expect("METHOD-01", Verdict::Fail);
        let (mut story, conn) = called();
        story.at(3.0).publishes(conn, "$iothub/methods/res/OK/?$rid=1f", "{}", None);
        story.expect("METHOD-01", Verdict::Fail);
    }
}
