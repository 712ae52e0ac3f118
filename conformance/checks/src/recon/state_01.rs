//! RECON-STATE-01: after a reconnection everything works as before: subscriptions, messages, methods, twin.

use std::collections::BTreeSet;
use std::time::Duration;

use nanorig_trace::event::{CloudEvent, DeviceEvent};

use crate::mqtt::sess_02::{judge_session, needed_after};
use crate::twin::get_02::read_of;
use crate::view::{At, Connection};
use crate::{Check, Finding, Tally, View};

pub(crate) const CHECK: Check = Check { id: "RECON-STATE-01", always: false, judge };

/// What is asked of the device has been done by then.
const DONE_WITHIN: Duration = Duration::from_secs(30);

fn judge(view: &View<'_>) -> Finding {
    let mut tally = Tally::default();
    let mut needed: BTreeSet<String> = BTreeSet::new();
    for pair in view.successions("hub") {
        needed = needed_after(pair.before, needed);
        if pair.before.disconnect().is_some() {
            continue;
        }
        if !pair.after.session_present() && !needed.is_empty() {
            judge_session(view, pair.after, &needed, &mut tally);
        }
        judge_work(view, pair.after, &mut tally);
        judge_changes(view, pair.after, &mut tally);
    }
    judge_last(view, &mut tally);
    tally.finish(
        "everything works after each reconnection",
        "something does not work after a reconnection",
        "the device did not have to connect again, or nothing was asked of it afterwards",
    )
}

/// True when the device had the time and the link to do what was asked of it at `at`.
fn is_watched(view: &View<'_>, connection: &Connection<'_>, at: At) -> bool {
    connection.lasts(at, DONE_WITHIN, view.end()) && !view.cut_off(connection, at.time, at.time + DONE_WITHIN)
}

/// Methods are answered and messages acknowledged.
fn judge_work(view: &View<'_>, connection: &Connection<'_>, tally: &mut Tally) {
    let watched = |at: At| is_watched(view, connection, at);
    for call in connection.method_calls() {
        match call.answers.first() {
            Some(answer) => {
                tally.good(answer.at, format!("{} is answered after the reconnection", call.name))
            }
            None if watched(call.at) => {
                tally.bad(call.at, format!("{} is not answered after the reconnection", call.name))
            }
            None => {}
        }
    }
    for delivery in connection.c2d_deliveries() {
        if connection.is_acknowledged(&delivery) {
            tally.good(delivery.at, "a message is acknowledged after the reconnection");
        } else if watched(delivery.at) {
            tally.bad(delivery.at, "a message is not acknowledged after the reconnection");
        }
    }
    // The hub says when nobody listens any more.
    for (at, event) in view.cloud_events_of(connection).filter(|(at, _)| connection.is_live(*at)) {
        let CloudEvent::MethodFinished { name, status, by, .. } = event else { continue };
        let settled = connection.accepted().is_some_and(|accepted| at.since(accepted) > DONE_WITHIN);
        if by == "not-connected" && settled {
            tally.bad(at, format!("{name} finds no device ({status}) although it is connected"));
        }
    }
}

/// Desired properties that are delivered are handled, and so are those that were missed.
fn judge_changes(view: &View<'_>, connection: &Connection<'_>, tally: &mut Tally) {
    let handled = |from: At, version: i64| {
        let mut events = view.device_events_after(from).take_while(|(at, _)| at.since(from) <= DONE_WITHIN);
        events.find_map(|(at, event)| match event {
            DeviceEvent::Desired { version: handled, .. } if *handled >= version => Some(at),
            _ => None,
        })
    };
    for push in connection.desired_pushes() {
        match handled(push.at, push.version) {
            Some(at) => tally.good(at, format!("version {} is handled after the reconnection", push.version)),
            None if view.device_speaks() && is_watched(view, connection, push.at) => {
                tally.bad(push.at, format!("version {} is not handled after the reconnection", push.version));
            }
            None => {}
        }
    }
    // Whether what was missed is read at all is judged by TWIN-GET-02.
    let Some(read) = read_of(connection) else { return };
    let known =
        view.device_events().filter(|(at, _)| *at < connection.opened).filter_map(|(_, event)| match event {
            DeviceEvent::Desired { version, .. } => Some(*version),
            _ => None,
        });
    if let Some(version) = read.desired_version().filter(|version| known.max() < Some(*version))
        && let Some(at) = handled(read.at, version)
    {
        tally.good(at, format!("version {version}, which was missed, is handled after the reconnection"));
    }
}

/// A session that was lost is replaced.
fn judge_last(view: &View<'_>, tally: &mut Tally) {
    let cap = view.duration("cap");
    let last = view.connections_to("hub").rev().find(|connection| connection.accepted().is_some());
    let lost =
        last.filter(|connection| connection.disconnect().is_none()).and_then(|connection| connection.closed);
    if let Some(closed) = lost
        && view.end().since(closed.at) > cap
        && !view.told_between(closed.at, view.end())
    {
        tally.bad(closed.at, format!("no session followed this within {} s", cap.as_secs()));
    }
}

#[cfg(test)]
mod tests {
    use crate::Verdict;
    use crate::testing::{FILTERS, Story};
    use nanorig_trace::event::{CloudEvent, ConnId};
    use serde_json::json;

    fn came_back(present: bool) -> (Story, ConnId) {
        let mut story = Story::new();
        let conn = story.at(1.0).subscribed_session();
        story.at(10.0).cut(conn);
        let conn = story.at(15.0).session(present);
        (story, conn)
    }

    #[test]
    fn working_as_before_passes() {
        let (mut story, conn) = came_back(false);
        story
            .subscribe(conn, 1, FILTERS)
            .at(20.0)
            .calls_method(conn, "ping", "1", "null")
            .answers_method(conn, 200, "1");
        story.delivers(conn, "devices/nano-01/messages/devicebound/", "x", Some(1)).acks(conn, 1);
        story.at(70.0).telemetry(conn, 9, "{}");
        story.expect("RECON-STATE-01", Verdict::Pass);
    }

    #[test]
    fn a_change_that_is_pushed_or_was_missed_is_handled() {
        let (mut story, conn) = came_back(true);
        story.at(20.0).pushes_desired(conn, 2, r#"{"a":1}"#).handles_desired(2, "patch", true, json!({}));
        story.expect("RECON-STATE-01", Verdict::Pass);
        let (mut story, conn) = came_back(true);
        story.hub_status("Connected", "ok").at(20.0).pushes_desired(conn, 2, r#"{"a":1}"#);
        story.at(70.0).telemetry(conn, 9, "{}");
        story.expect("RECON-STATE-01", Verdict::Fail);
        for (version, verdict) in [(2, Verdict::Pass), (1, Verdict::Inconclusive)] {
            let mut story = Story::new();
            let conn = story.at(1.0).subscribed_session();
            story.handles_desired(1, "full", true, json!({})).at(10.0).cut(conn);
            let conn = story.at(15.0).session(true);
            story.reads_twin(conn, "1", version).handles_desired(version, "full", true, json!({}));
            story.expect("RECON-STATE-01", verdict);
        }
    }

    #[test]
    fn lost_subscriptions_silence_and_staying_away_fail() {
        let (mut story, conn) = came_back(false);
        story.subscribe(conn, 1, &FILTERS[..2]).at(70.0).telemetry(conn, 9, "{}");
        story.expect("RECON-STATE-01", Verdict::Fail);
        let (mut story, conn) = came_back(true);
        story.calls_method(conn, "ping", "1", "null").at(70.0).telemetry(conn, 9, "{}");
        story.expect("RECON-STATE-01", Verdict::Fail);
        let mut story = Story::new();
        let conn = story.at(1.0).subscribed_session();
        story.at(10.0).cut(conn).at(611.0).hub_status("Disconnected", "network");
        story.expect("RECON-STATE-01", Verdict::Fail);
    }

    #[test]
    fn one_session_and_a_return_that_nothing_was_asked_of_are_inconclusive() {
        let mut story = Story::new();
        story.at(1.0).subscribed_session();
        story.expect("RECON-STATE-01", Verdict::Inconclusive);
        let (mut story, conn) = came_back(true);
        story.at(70.0).telemetry(conn, 9, "{}");
        story.expect("RECON-STATE-01", Verdict::Inconclusive);
    }

    #[test]
    fn another_device_of_the_hub_is_not_judged() {
        let (mut story, conn) = came_back(true);
        let finished = CloudEvent::MethodFinished {
            device: "nano-02".into(),
            name: "ping".into(),
            rid: String::new(),
            status: 404,
            by: "not-connected".into(),
            payload: json!(null),
        };
        story.at(60.0).event(finished).at(70.0).telemetry(conn, 9, "{}");
        story.expect("RECON-STATE-01", Verdict::Inconclusive);
    }
}
