//! What a device does with a record that is not in order, shared by TLS-REC-03 and TLS-REC-04.

use std::time::Duration;

use super::delivery::uncarried;
use crate::view::{At, Connection};
use crate::{Tally, View};

/// A device reads its socket more often than this, and a long record takes some seconds on a slow link.
const CLOSES_WITHIN: Duration = Duration::from_secs(30);

/// Judges each first record of a connection that the server spoiled in this way: the device ends the connection, does
/// not fall over, gives none of it to the application, and comes back. Gives the connections that it ended.
pub(super) fn judge<'v, 't>(
    view: &'v View<'t>,
    what: &str,
    tally: &mut Tally,
) -> Vec<(At, &'v Connection<'t>)> {
    let mut ended = Vec::new();
    for connection in view.connections() {
        let spoiled = connection.tls_oddities.iter().find(|oddity| oddity.what == what);
        if let Some(at) = spoiled.map(|oddity| oddity.at)
            && judge_record(view, connection, at, tally)
        {
            ended.push((at, connection));
        }
    }
    ended
}

/// True when the device ended the connection in time.
fn judge_record(view: &View<'_>, connection: &Connection<'_>, at: At, tally: &mut Tally) -> bool {
    let deadline = at.time + CLOSES_WITHIN;
    if let Some((crashed, how)) = view.crash_between(at, deadline) {
        tally.bad(crashed, format!("{how}, after the record"));
        return false;
    }
    let over = connection.ended(view.end());
    if view.told_to_leave(connection, over) || view.cut_off(connection, at.time, deadline.min(over.time)) {
        return false;
    }
    // What the damaged record carried was recorded in the same moment.
    if let Some(got) = uncarried(view, at, deadline, |carried| carried.time != at.time) {
        tally.bad(got, "the application got something that no good record carried");
        return false;
    }
    if over.time > deadline {
        let used = connection.from_device().find(|packet| packet.at.time > deadline);
        let (when, text) = match used {
            Some(packet) => (packet.at, "the connection is still used long after the record"),
            None => (at, "the connection stays open after this record"),
        };
        tally.bad(when, text);
        return false;
    }
    let Some(closed) = connection.closed_by_device() else { return false };
    let alert = connection.tls_failures.iter().find_map(|failure| failure.alert);
    tally.good(closed, alert.map_or("closed".into(), |alert| format!("ended with the alert {alert}")));
    // A device that has its assignment needs no further session at DPS.
    let needed = connection.accepted().is_some() && connection.service != "dps";
    let back = view.next_accepted(connection.service, closed);
    if needed && back.is_none() && view.end().since(closed) > view.duration("cap") {
        tally.bad(closed, "no new session was made after this");
    }
    true
}

#[cfg(test)]
pub(super) mod tests {
    use nanorig_trace::event::{CloseHow, ConnId, DeviceEvent, Party};
    use serde_json::json;

    use crate::Verdict;
    use crate::testing::Story;

    fn hit(what: &str) -> (Story, ConnId) {
        let mut story = Story::new();
        let conn = story.at(10.0).session(false);
        story.at(20.0).tls_oddity(conn, what);
        (story, conn)
    }

    /// A record that the check must take for its own, and one that it must not.
    pub(in crate::tls) fn calibrate(id: &str, what: &str, other: &str) {
        for (second, verdict) in [(20.1, Verdict::Pass), (50.0, Verdict::Pass), (50.1, Verdict::Fail)] {
            let (mut story, conn) = hit(what);
            story.at(second).tls_refused(conn, Some("bad_record_mac")).at(60.0).session(true);
            story.expect(id, verdict);
        }
        let (mut story, conn) = hit(what);
        story.at(20.1).close(conn, Party::Device, CloseHow::Reset).at(30.0).session(true);
        story.expect(id, Verdict::Pass);
        let (mut story, conn) = hit(what);
        story.at(20.1).event(DeviceEvent::Fault { message: "index out of range".into() });
        story.close(conn, Party::Device, CloseHow::Reset);
        story.expect(id, Verdict::Fail);
        let (mut story, conn) = hit(what);
        story.at(20.1).close(conn, Party::Device, CloseHow::Fin).at(621.0).hub_status("Failed", "protocol");
        story.expect(id, Verdict::Fail);
        shows_nothing(id, what, other);
    }

    fn shows_nothing(id: &str, what: &str, other: &str) {
        let (mut story, conn) = hit(other);
        story.at(90.0).telemetry(conn, 1, "{}");
        story.expect(id, Verdict::Inconclusive);
        let (mut story, _) = hit(what);
        story.at(49.0).hub_status("Connected", "ok");
        story.expect(id, Verdict::Inconclusive);
        let (mut story, conn) = hit(what);
        story.at(20.1).stimulus("network", "wifi.lost", json!({}));
        story.at(300.0).close(conn, Party::Network, CloseHow::Timeout);
        story.expect(id, Verdict::Inconclusive);
        let (mut story, conn) = hit(what);
        story.at(25.0).close(conn, Party::Server, CloseHow::Reset);
        story.expect(id, Verdict::Inconclusive);
    }
}
