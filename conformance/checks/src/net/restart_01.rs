//! NET-RESTART-01: a server that restarts without its sessions costs nothing but time.

use std::collections::BTreeSet;
use std::time::Duration;

use crate::mqtt::sess_02::{judge_session, needed_after};
use crate::twin::get_02::READS_WITHIN;
use crate::view::{Connection, HarnessCall, TwinOperation};
use crate::{Check, Finding, Tally, View};

pub(crate) const CHECK: Check = Check { id: "NET-RESTART-01", always: false, judge };

const USUAL_DOWN: Duration = Duration::from_secs(30);

fn judge(view: &View<'_>) -> Finding {
    let mut tally = Tally::default();
    // A server that keeps its sessions has forgotten nothing.
    let lost = view.calls_named("hub.restart").filter(|call| call.text("sessions") == Some("lost"));
    for call in lost {
        judge_restart(view, call, &mut tally);
    }
    tally.finish(
        "the device connected, subscribed and read its twin again",
        "the device did not come back to all that it had",
        "no server restarted under a session and lost it",
    )
}

fn judge_restart(view: &View<'_>, call: &HarnessCall<'_>, tally: &mut Tally) {
    let live = view.connections_to("hub").find(|connection| connection.is_live(call.at));
    let Some(before) = live.filter(|connection| call.text("hub").is_none_or(|hub| is_at(connection, hub)))
    else {
        return;
    };
    let up = call.at.time + call.span("down").unwrap_or(USUAL_DOWN);
    let cap = view.duration("cap");
    if let Some((at, crash)) = view.crash_between(call.at, up + cap) {
        return tally.bad(at, crash);
    }
    let back = view.next_accepted("hub", call.at).filter(|connection| connection.id != before.id);
    let Some(back) = back else {
        if view.end().time.since(up) > cap {
            tally.bad(call.at, "the device did not connect again after this restart");
        }
        return;
    };
    let Some(accepted) = back.accepted() else { return };
    if accepted.time.since(up) > cap {
        tally.bad(
            accepted,
            format!("connected again only {:.0} s after the restart", accepted.time.since(up).as_secs_f64()),
        );
    }
    let needed = view
        .successions("hub")
        .iter()
        .take_while(|pair| pair.before.opened <= before.opened)
        .fold(BTreeSet::new(), |held, pair| needed_after(pair.before, held));
    if !back.session_present() {
        judge_session(view, back, &needed, tally);
    }
    let read = back.twin_requests().into_iter().find(|request| {
        request.operation == TwinOperation::Get && request.at.since(accepted) <= READS_WITHIN
    });
    match read {
        Some(request) => tally.good(request.at, "reads the whole twin"),
        None if back.lasts(accepted, READS_WITHIN, view.end()) => {
            tally.bad(accepted, "does not read the twin after the restart")
        }
        None => {}
    }
}

/// True when the hub of this name, or of this host, is the one that the connection goes to.
fn is_at(connection: &Connection<'_>, hub: &str) -> bool {
    connection.hub_username().is_some_and(|username| {
        let name = username.host.split('.').next().unwrap_or_default();
        name.eq_ignore_ascii_case(hub) || username.host.eq_ignore_ascii_case(hub)
    })
}

#[cfg(test)]
mod tests {
    use crate::Verdict;
    use crate::testing::{FILTERS, Story};
    use nanorig_trace::event::ConnId;
    use serde_json::json;

    fn restarted() -> (Story, ConnId) {
        let mut story = Story::new();
        let conn = story.at(1.0).subscribed_session();
        story
            .at(50.0)
            .stimulus("cloud", "hub.restart", json!({ "down": 30_000_000, "sessions": "lost" }))
            .cut(conn);
        let conn = story.at(90.0).session(false);
        (story, conn)
    }

    #[test]
    fn subscribing_and_reading_passes() {
        let (mut story, conn) = restarted();
        story.subscribe(conn, 1, FILTERS).reads_twin(conn, "1", 3).at(130.0).telemetry(conn, 9, "{}");
        story.expect("NET-RESTART-01", Verdict::Pass);
    }

    #[test]
    fn anything_less_fails() {
        let (mut story, conn) = restarted();
        story.subscribe(conn, 1, &FILTERS[1..]).reads_twin(conn, "1", 3).at(130.0).telemetry(conn, 9, "{}");
        story.expect("NET-RESTART-01", Verdict::Fail);
        let (mut story, conn) = restarted();
        story.subscribe(conn, 1, FILTERS).at(130.0).telemetry(conn, 9, "{}");
        story.expect("NET-RESTART-01", Verdict::Fail);
        let mut story = Story::new();
        let conn = story.at(1.0).subscribed_session();
        story.at(50.0).stimulus("cloud", "hub.restart", json!({ "sessions": "lost" })).cut(conn);
        story.at(681.0).hub_status("Disconnected", "network");
        story.expect("NET-RESTART-01", Verdict::Fail);
    }

    #[test]
    fn no_restart_one_of_another_hub_and_one_that_keeps_sessions_are_inconclusive() {
        let restarts = |args| {
            let mut story = Story::new();
            let conn = story.at(1.0).subscribed_session();
            story.at(50.0).stimulus("cloud", "hub.restart", args).at(900.0).telemetry(conn, 1, "{}");
            story
        };
        Story::new().expect("NET-RESTART-01", Verdict::Inconclusive);
        restarts(json!({ "sessions": "lost", "hub": "south" }))
            .expect("NET-RESTART-01", Verdict::Inconclusive);
        restarts(json!({ "sessions": "kept" })).expect("NET-RESTART-01", Verdict::Inconclusive);
        restarts(json!({ "sessions": "lost", "hub": "contoso" })).expect("NET-RESTART-01", Verdict::Fail);
    }
}
