//! DPS-REPROV-02: after a move the twin is new.

use nanorig_trace::event::DeviceEvent;

use crate::twin::get_02::{READS_WITHIN, read_of};
use crate::view::Connection;
use crate::{Check, Finding, Tally, View};

pub(crate) const CHECK: Check = Check { id: "DPS-REPROV-02", always: false, judge };

fn judge(view: &View<'_>) -> Finding {
    let mut tally = Tally::default();
    let mut current: Option<String> = None;
    for connection in view.connections_to("hub").filter(|connection| connection.accepted().is_some()) {
        let Some(username) = connection.hub_username() else { continue };
        let moved = current.as_ref().is_some_and(|host| !username.is_for_host(host));
        current = Some(username.host);
        if moved {
            judge_arrival(view, connection, &mut tally);
        }
    }
    tally.finish(
        "the twin of the new hub was read and applied",
        "the twin of the new hub was not read or not applied",
        "the device did not move to another hub",
    )
}

fn judge_arrival(view: &View<'_>, connection: &Connection<'_>, tally: &mut Tally) {
    let Some(accepted) = connection.accepted() else { return };
    let Some(answer) = read_of(connection) else {
        if connection.lasts(accepted, READS_WITHIN, view.end()) {
            tally.bad(accepted, "the twin was not read after the move");
        }
        return;
    };
    let version = answer.desired_version().unwrap_or(0);
    let handled = view.device_events().find_map(|(at, event)| match event {
        DeviceEvent::Desired { version: handled, via, applied, .. }
            if at > answer.at
                && at.since(answer.at) <= READS_WITHIN
                && via == "full"
                && *handled == version =>
        {
            Some((at, *applied))
        }
        _ => None,
    });
    match handled {
        Some((at, true)) => tally.good(at, format!("version {version} of the new hub is applied")),
        Some((at, false)) => tally.bad(at, format!("version {version} of the new hub is left aside as old")),
        None if view.device_speaks() && connection.lasts(answer.at, READS_WITHIN, view.end()) => {
            tally.bad(answer.at, format!("version {version} of the new hub is not applied"));
        }
        None => {}
    }
}

#[cfg(test)]
mod tests {
    use crate::Verdict;
    use crate::testing::{FILTERS, Story, hub_connect};
    use serde_json::json;

    fn moved() -> (Story, nanorig_trace::event::ConnId) {
        let mut story = Story::new();
        let conn = story.at(1.0).subscribed_session();
        story.reads_twin(conn, "1", 9).handles_desired(9, "full", true, json!({})).at(5.0).cut(conn);
        let mut connect = hub_connect();
        connect.username = Some("south.azure-devices.net/nano-01/?api-version=2021-04-12".into());
        let conn = story.at(10.0).session_with("hub", connect, false);
        story.subscribe(conn, 1, FILTERS);
        (story, conn)
    }

    #[test]
    fn applying_a_lower_version_passes_and_leaving_it_aside_fails() {
        for (applied, verdict) in [(true, Verdict::Pass), (false, Verdict::Fail)] {
            let (mut story, conn) = moved();
            story.at(11.0).reads_twin(conn, "2", 1).handles_desired(1, "full", applied, json!({}));
            story.expect("DPS-REPROV-02", verdict);
        }
    }

    #[test]
    fn not_reading_fails() {
        let (mut story, conn) = moved();
        story.at(41.0).telemetry(conn, 2, "{}");
        story.expect("DPS-REPROV-02", Verdict::Fail);
    }

    #[test]
    fn staying_is_inconclusive() {
        let mut story = Story::new();
        let conn = story.at(1.0).subscribed_session();
        story.cut(conn);
        story.at(5.0).session(true);
        story.expect("DPS-REPROV-02", Verdict::Inconclusive);
    }
}
