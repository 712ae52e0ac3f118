//! RECON-STATE-01: after a reconnection everything works as before: subscriptions, messages, methods, twin.

use std::collections::BTreeSet;
use std::time::Duration;

use nanorig_trace::event::CloudEvent;

use crate::mqtt::sess_02::{judge_session, needed_after};
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
        let Some(accepted) = pair.after.accepted() else { continue };
        tally.good(accepted, format!("connection {} replaces {}", pair.after.id, pair.before.id));
        if !pair.after.session_present() && !needed.is_empty() {
            judge_session(view, pair.after, &needed, &mut tally);
        }
        judge_work(view, pair.after, &mut tally);
    }
    judge_last(view, &mut tally);
    tally.finish(
        "everything works after each reconnection",
        "something does not work after a reconnection",
        "the device did not have to connect again",
    )
}

/// Methods are answered, messages acknowledged, changes handled.
fn judge_work(view: &View<'_>, connection: &Connection<'_>, tally: &mut Tally) {
    let watched = |at: At| {
        connection.lasts(at, DONE_WITHIN, view.end())
            && !view.cut_off(connection, at.time, at.time + DONE_WITHIN)
    };
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
    for (at, event) in view.cloud_events().filter(|(at, _)| connection.is_live(*at)) {
        let CloudEvent::MethodFinished { name, status, by, .. } = event else { continue };
        let settled = connection.accepted().is_some_and(|accepted| at.since(accepted) > DONE_WITHIN);
        if by == "not-connected" && settled {
            tally.bad(at, format!("{name} finds no device ({status}) although it is connected"));
        }
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
    use nanorig_trace::event::ConnId;

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
        let (mut story, conn) = came_back(true);
        story.at(70.0).telemetry(conn, 9, "{}");
        story.expect("RECON-STATE-01", Verdict::Pass);
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
    fn one_session_is_inconclusive() {
        let mut story = Story::new();
        story.at(1.0).subscribed_session();
        story.expect("RECON-STATE-01", Verdict::Inconclusive);
    }
}
