//! MQTT-MAL-07: a message that is larger than a device can hold does not kill it.

use std::time::Duration;

use nanorig_trace::event::Party;

use crate::res::regained;
use crate::view::{At, Closed, Connection};
use crate::{Check, Finding, Tally, View};

pub(crate) const CHECK: Check = Check { id: "MQTT-MAL-07", always: false, judge };

/// What a device says later than this, it says after it has met the message.
const MET_WITHIN: Duration = Duration::from_secs(10);

fn judge(view: &View<'_>) -> Finding {
    let big = view.number("big");
    let mut tally = Tally::default();
    for connection in view.connections() {
        for (at, publish) in connection.delivered() {
            if publish.payload.len() as f64 >= big {
                judge_message(view, connection, at, publish.payload.len(), &mut tally);
            }
        }
    }
    tally.finish(
        "the device works on after a message that is larger than its buffer",
        "a message that is larger than its buffer kills the device, or costs it memory",
        "no server sent so large a message to a device that stayed within reach",
    )
}

fn judge_message(view: &View<'_>, connection: &Connection<'_>, at: At, size: usize, tally: &mut Tally) {
    let lived = connection.from_device().find(|packet| packet.at.time > at.time + MET_WITHIN);
    if let Some(packet) = lived {
        let text = format!("the session goes on after a message of {size} B");
        return judge_life(view, connection, at, (packet.at, text), tally);
    }
    let Some(closed) = connection.closed.filter(|closed| has_met(view, connection, at, closed)) else {
        return;
    };
    let back = view.next_accepted(connection.service, closed.at).and_then(Connection::accepted);
    if view.told_between(closed.at, back.unwrap_or(view.end())) {
        return;
    }
    match back {
        Some(back) => {
            let text = format!("connects again after a message of {size} B had ended the session");
            judge_life(view, connection, at, (back, text), tally);
        }
        None => match view.crash_between(at, view.end().time) {
            Some((crashed, how)) => tally.bad(crashed, format!("{how}, after a message of {size} B")),
            None if is_gone(view, connection.service, closed.at) => {
                tally.bad(
                    closed.at,
                    format!("the session ends after a message of {size} B, and no other follows"),
                );
            }
            None => {}
        },
    }
}

/// It works again, but did it fall over before, and what did that cost?
fn judge_life(view: &View<'_>, connection: &Connection<'_>, at: At, works: (At, String), tally: &mut Tally) {
    let (again, text) = works;
    if let Some((crashed, how)) = view.crash_between(at, again.time) {
        return tally.bad(crashed, format!("{how}, after a message that is larger than its buffer"));
    }
    tally.good(again, text);
    regained::judge(view, connection.service, at, again, tally);
}

/// True when the end of the connection can be the answer to the message: nobody asked for it, and the link carried it.
fn has_met(view: &View<'_>, connection: &Connection<'_>, at: At, closed: &Closed) -> bool {
    let cut = closed.by == Party::Server && closed.at.since(at) < MET_WITHIN;
    !cut && !view.told_between(at, closed.at) && !view.cut_off(connection, at.time, closed.at.time)
}

/// True when the device had the time to come back to a server that takes it, and did not.
fn is_gone(view: &View<'_>, service: &str, closed: At) -> bool {
    let refused = view.attempts(service).iter().any(|attempt| {
        let ended = attempt.connection.and_then(|connection| connection.closed);
        attempt.at > closed && ended.is_none_or(|ended| ended.by == Party::Server)
    });
    let deadline = closed.time + view.duration("cap");
    view.end().time > deadline && !refused && !view.disturbed(closed.time, deadline)
}

#[cfg(test)]
mod tests {
    use nanorig_trace::event::{CloseHow, ConnId, DeviceEvent, Party, Resources};

    use crate::Verdict;
    use crate::testing::Story;

    fn heap(used: u64) -> Resources {
        Resources { managed_used: used, managed_limit: 100_000, ..Resources::default() }
    }

    /// A message of 1,000 B, where that is more than the device can hold.
    fn hit(size: usize) -> (Story, ConnId) {
        let mut story = Story::new();
        story.parameter("big", 1_000);
        let conn = story.at(1.0).session(false);
        story.at(5.0).sample("sample", heap(10_000));
        story.at(10.0).delivers(conn, "oversize", &"x".repeat(size), None);
        (story, conn)
    }

    #[test]
    fn going_on_and_coming_back_pass() {
        let (mut story, conn) = hit(1_000);
        story.at(21.0).telemetry(conn, 1, "{}");
        story.expect("MQTT-MAL-07", Verdict::Pass);
        let (mut story, conn) = hit(1_000);
        story.at(10.5).close(conn, Party::Device, CloseHow::Fin).at(15.0).session(true);
        story.expect("MQTT-MAL-07", Verdict::Pass);
    }

    #[test]
    fn falling_over_and_staying_away_fail() {
        let (mut story, conn) = hit(1_000);
        story.at(10.2).event(DeviceEvent::Fault { message: "OutOfMemoryException".into() });
        story.at(10.5).close(conn, Party::Device, CloseHow::Reset);
        story.expect("MQTT-MAL-07", Verdict::Fail);
        let (mut story, conn) = hit(1_000);
        story
            .at(10.5)
            .close(conn, Party::Device, CloseHow::Reset)
            .at(12.0)
            .boot("watchdog")
            .at(20.0)
            .session(true);
        story.expect("MQTT-MAL-07", Verdict::Fail);
        for (second, verdict) in [(610.5, Verdict::Inconclusive), (610.6, Verdict::Fail)] {
            let (mut story, conn) = hit(1_000);
            story.at(10.5).close(conn, Party::Device, CloseHow::Fin);
            story.at(second).hub_status("Disconnected", "out-of-resources");
            story.expect("MQTT-MAL-07", verdict);
        }
    }

    #[test]
    fn the_heap_comes_back_to_where_it_was() {
        for (used, verdict) in [(14_096, Verdict::Pass), (14_097, Verdict::Fail)] {
            let (mut story, conn) = hit(1_000);
            story.at(21.0).telemetry(conn, 1, "{}").at(22.0).sample("sample", heap(used));
            story.expect("MQTT-MAL-07", verdict);
        }
    }

    #[test]
    fn smaller_messages_and_ends_for_other_reasons_are_inconclusive() {
        let (mut story, conn) = hit(999);
        story.at(21.0).telemetry(conn, 1, "{}");
        story.expect("MQTT-MAL-07", Verdict::Inconclusive);
        let (mut story, conn) = hit(1_000);
        story.at(10.5).cut(conn).at(15.0).session(true);
        story.expect("MQTT-MAL-07", Verdict::Inconclusive);
        let (mut story, conn) = hit(1_000);
        story.at(10.5).action("hub.close", serde_json::json!({})).leaves(conn);
        story.at(800.0).hub_status("Disconnected", "ok");
        story.expect("MQTT-MAL-07", Verdict::Inconclusive);
    }

    #[test]
    fn a_hub_that_refuses_the_device_keeps_it_away() {
        let (mut story, conn) = hit(1_000);
        story.at(10.5).close(conn, Party::Device, CloseHow::Fin).at(15.0);
        story.refused_session(nanorig_wire::mqtt::ConnectCode::ServerUnavailable);
        story.at(800.0).hub_status("Reconnecting", "refused");
        story.expect("MQTT-MAL-07", Verdict::Inconclusive);
    }
}
