//! TWIN-GET-01: answers are subscribed to before they are asked for, and find their requests.

use std::time::Duration;

use nanorig_trace::event::DeviceEvent;
use nanorig_wire::hub::DeviceFilter;

use crate::view::{Connection, TwinOperation, TwinRequest};
use crate::{Check, Finding, Tally, View};

pub(crate) const CHECK: Check = Check { id: "TWIN-GET-01", always: false, judge };

/// An answer has been handled by then.
const HANDLED_WITHIN: Duration = Duration::from_secs(10);
const ANSWERS: &[DeviceFilter] = &[DeviceFilter::TwinResponses, DeviceFilter::TwinAll];

fn judge(view: &View<'_>) -> Finding {
    let mut tally = Tally::default();
    for connection in view.connections_to("hub") {
        let requests = connection.twin_requests();
        for (index, request) in requests.iter().enumerate() {
            let open = requests[..index].iter().find(|other| {
                other.rid == request.rid && other.answer.is_none_or(|answer| answer.at > request.at)
            });
            if open.is_some() {
                tally.bad(request.at, format!("request id {} is used again before its answer", request.rid));
            } else if !view.is_subscribed(connection, ANSWERS, request.at) {
                tally.bad(request.at, "asks before the answers are subscribed to");
            } else if request.operation == TwinOperation::Get {
                judge_read(view, connection, request, &mut tally);
            }
        }
    }
    tally.finish(
        "each answer found its request",
        "an answer did not find its request",
        "no read of the twin was answered",
    )
}

/// The application gets the twin that the answer to this very request has.
fn judge_read(view: &View<'_>, connection: &Connection<'_>, request: &TwinRequest<'_>, tally: &mut Tally) {
    let Some(answer) = request.answer.filter(|answer| answer.status == 200) else { return };
    let Some(version) = answer.desired_version() else { return };
    let handled = view.device_events().find(|(at, event)| {
        *at > answer.at
            && at.since(answer.at) <= HANDLED_WITHIN
            && matches!(event, DeviceEvent::Desired { version: handled, via, .. } if via == "full" && *handled == version)
    });
    let asked_for = view.calls_named("twin.get").filter(|call| call.hand == "device").find(|call| {
        call.at < request.at
            && call
                .outcome
                .is_some_and(|(at, ok, _)| ok && at > answer.at && at.since(answer.at) <= HANDLED_WITHIN)
    });
    if let Some((at, _)) = handled {
        tally.good(at, format!("the answer to {} was handled: version {version}", request.rid));
    } else if let Some(call) = asked_for {
        let at = call.outcome.map_or(call.at, |(at, ..)| at);
        tally.good(at, format!("the answer to {} reached the application", request.rid));
    } else if view.device_speaks()
        && connection.lasts(answer.at, HANDLED_WITHIN, view.end())
        && !view.cut_off(connection, answer.at.time, answer.at.time + HANDLED_WITHIN)
    {
        tally.bad(answer.at, format!("the answer to {} never reached the application", request.rid));
    } else {
        tally.good(answer.at, format!("{} was answered", request.rid));
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::Verdict;
    use crate::testing::{FILTERS, Story};

    #[test]
    fn answers_that_reach_the_application_pass() {
        let mut story = Story::new();
        let conn = story.at(1.0).subscribed_session();
        story.reads_twin(conn, "1", 4).handles_desired(4, "full", true, json!({}));
        story.expect("TWIN-GET-01", Verdict::Pass);
    }

    #[test]
    fn asking_before_subscribing_fails() {
        let mut story = Story::new();
        let conn = story.at(1.0).session(false);
        story.twin_get(conn, "1").subscribe(conn, 1, FILTERS);
        story.expect("TWIN-GET-01", Verdict::Fail);
    }

    #[test]
    fn a_resumed_session_is_subscribed() {
        let mut story = Story::new();
        let conn = story.at(1.0).subscribed_session();
        story.cut(conn);
        let conn = story.at(5.0).session(true);
        story.reads_twin(conn, "1", 4).handles_desired(4, "full", false, json!({}));
        story.expect("TWIN-GET-01", Verdict::Pass);
    }

    #[test]
    fn an_answer_that_gets_lost_fails() {
        let mut story = Story::new();
        let conn = story.at(1.0).subscribed_session();
        story.twin_report(conn, "1", "{}").twin_get(conn, "2").twin_answer(conn, "1", 204, "");
        story.at(3.0).twin_answer(conn, "2", 200, r#"{"desired":{"$version":4},"reported":{"$version":1}}"#);
        story.at(30.0).hub_status("Connected", "ok");
        story.expect("TWIN-GET-01", Verdict::Fail);
    }

    #[test]
    fn two_open_requests_with_one_id_fail() {
        let mut story = Story::new();
        let conn = story.at(1.0).subscribed_session();
        story.twin_get(conn, "1").twin_report(conn, "1", "{}");
        story.expect("TWIN-GET-01", Verdict::Fail);
    }

    #[test]
    fn a_report_and_a_read_without_answer_are_inconclusive() {
        let mut story = Story::new();
        let conn = story.at(1.0).subscribed_session();
        story.twin_report(conn, "1", "{}").twin_answer(conn, "1", 204, "").twin_get(conn, "2");
        story.expect("TWIN-GET-01", Verdict::Inconclusive);
    }
}
