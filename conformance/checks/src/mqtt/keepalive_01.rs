//! MQTT-KEEPALIVE-01: no pause between two packets is longer than the Keep Alive.

use std::time::Duration;

use nanorig_trace::event::{CloudEvent, Party};
use nanorig_wire::mqtt::Packet;

use crate::view::{At, Connection};
use crate::{Check, Finding, Tally, View};

pub(crate) const CHECK: Check = Check { id: "MQTT-KEEPALIVE-01", always: true, judge };

/// The link may hold a packet up: the device counts from when it sends, the server from when it receives.
const ON_THE_WAY: Duration = Duration::from_secs(2);

fn judge(view: &View<'_>) -> Finding {
    let mut tally = Tally::default();
    for connection in view.connections() {
        if let Some(period) = connection.keep_alive().filter(|_| connection.accepted().is_some()) {
            judge_connection(view, connection, period, &mut tally);
        }
    }
    tally.finish(
        "the device was never silent for longer than it announced",
        "the device was silent for longer than it announced",
        "no connection lasted for a Keep Alive",
    )
}

fn judge_connection(view: &View<'_>, connection: &Connection<'_>, period: Duration, tally: &mut Tally) {
    let limit = period + ON_THE_WAY;
    let packets: Vec<At> = connection.from_device().map(|packet| packet.at).collect();
    let undisturbed = |from: At, to: At| !view.cut_off(connection, from.time, to.time);
    for pair in packets.windows(2) {
        let [earlier, later] = pair else { continue };
        if later.since(*earlier) > limit && undisturbed(*earlier, *later) {
            let gap = later.since(*earlier).as_secs_f64();
            tally.bad(*later, format!("{gap:.1} s of silence, {} s were announced", period.as_secs()));
        }
    }
    let (Some(&first), Some(&last)) = (packets.first(), packets.last()) else { return };
    let end = connection.ended(view.end());
    let dead_link = connection.closed.is_some_and(|closed| closed.by == Party::Network);
    if end.since(last) > limit && undisturbed(last, end) && !dead_link {
        let gap = end.since(last).as_secs_f64();
        tally.bad(end, format!("silent for the last {gap:.1} s, {} s were announced", period.as_secs()));
    }
    let given_up = view.cloud_events().find(|(_, event)| {
        matches!(event, CloudEvent::Disconnected { conn, cause, .. } if *conn == connection.id && cause == "keep-alive")
    });
    // What comes later was held up by the link.
    let before = |at: At| connection.last_from_device(at).map_or(first, |packet| packet.at);
    if let Some((at, _)) = given_up.filter(|(at, _)| undisturbed(before(*at), *at)) {
        tally.bad(at, "the server gave the silent connection up");
    }
    if last.since(first) >= period {
        let pings = connection.sent().filter(|(_, packet)| matches!(packet, Packet::PingReq)).count();
        tally.good(
            last,
            format!("{} packets on connection {}, {pings} of them PINGREQ", packets.len(), connection.id),
        );
    }
}

#[cfg(test)]
mod tests {
    use nanorig_wire::mqtt::Packet;
    use serde_json::json;

    use crate::Verdict;
    use crate::testing::Story;

    /// A session with a Keep Alive of 60 s that pings at these times.
    fn pings(at: &[f64]) -> Story {
        let mut story = Story::new();
        let conn = story.at(10.0).session(false);
        for second in at {
            story.at(*second).sends(conn, &Packet::PingReq).receives(conn, &Packet::PingResp);
        }
        story.leaves(conn);
        story
    }

    #[test]
    fn a_gap_within_the_keep_alive_passes_and_a_longer_one_fails() {
        pings(&[55.0, 116.9]).expect("MQTT-KEEPALIVE-01", Verdict::Pass);
        pings(&[55.0, 117.1]).expect("MQTT-KEEPALIVE-01", Verdict::Fail);
    }

    #[test]
    fn silence_at_the_end_fails() {
        let mut story = Story::new();
        let conn = story.at(10.0).session(false);
        story.at(100.1).disconnected(conn, "keep-alive").cut(conn);
        story.expect("MQTT-KEEPALIVE-01", Verdict::Fail);
    }

    #[test]
    fn what_the_link_held_up_until_the_server_had_given_up_is_no_silence() {
        let mut story = Story::new();
        let conn = story.at(10.0).session(false);
        story.at(20.0).stimulus("network", "partition", json!({ "for": 80_000_000 }));
        story.at(100.1).disconnected(conn, "keep-alive").at(101.0).sends(conn, &Packet::PingReq).cut(conn);
        story.expect("MQTT-KEEPALIVE-01", Verdict::Pass);
    }

    #[test]
    fn a_short_session_is_inconclusive() {
        pings(&[30.0]).expect("MQTT-KEEPALIVE-01", Verdict::Inconclusive);
    }
}
