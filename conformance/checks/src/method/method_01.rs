//! METHOD-01: a direct method is answered once, with its own request id and a status number.

use std::time::Duration;

use nanorig_trace::event::CloudEvent;
use nanorig_wire::hub::{DeviceFilter, DevicePublish, TopicError};

use crate::view::{At, Connection, MethodCall};
use crate::{Check, Finding, Tally, View};

pub(crate) const CHECK: Check = Check { id: "METHOD-01", always: false, judge };

/// The hub's default for the time of an answer ("Understand and invoke direct methods from IoT Hub").
pub(crate) const ANSWERED_WITHIN: Duration = Duration::from_secs(30);
/// Larger payloads, and those that are not JSON, are judged by METHOD-03.
pub(crate) const ORDINARY: usize = 32 * 1024;

fn judge(view: &View<'_>) -> Finding {
    let mut tally = Tally::default();
    for connection in view.connections_to("hub") {
        let calls = connection.method_calls();
        for call in calls.iter().filter(|call| is_ordinary(call)) {
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
    tally.finish(
        "direct methods were answered as the hub wants it",
        "a direct method was not answered as the hub wants it",
        "no direct method was called",
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
    match &call.answers[..] {
        [] if connection.lasts(call.at, ANSWERED_WITHIN, view.end()) => {
            tally.bad(call.at, format!("{name} ({}) was not answered", call.rid));
        }
        [] => {}
        // Who answers each delivery of a call answers none of them twice.
        answers if answers.len() > call.deliveries.len() => {
            let again = answers[call.deliveries.len()].at;
            tally.bad(again, format!("{name} ({}) was answered twice", call.rid));
        }
        [first, ..] if first.at.since(call.at) > ANSWERED_WITHIN => {
            let after = first.at.since(call.at).as_secs_f64();
            tally.bad(first.at, format!("{name} was answered after {after:.1} s"));
        }
        [first, ..] => tally.good(first.at, format!("{name} was answered with {}", first.status)),
    }
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

    use crate::Verdict;
    use crate::testing::Story;

    fn called() -> (Story, nanorig_trace::event::ConnId) {
        let mut story = Story::new();
        let conn = story.at(1.0).subscribed_session();
        story.at(2.0).calls_method(conn, "add", "1f", "null");
        (story, conn)
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
        story.at(5.0).event(CloudEvent::MethodFinished {
            device: device.into(),
            name: "add".into(),
            rid: String::new(),
            status: 404,
            by: "not-connected".into(),
            payload: serde_json::Value::Null,
        });
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
        story.expect("METHOD-01", Verdict::Inconclusive);
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
