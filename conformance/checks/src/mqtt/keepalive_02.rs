//! MQTT-KEEPALIVE-02: without PINGRESP the connection is given up, and a new one made.

use std::time::Duration;

use nanorig_wire::mqtt::Packet;

use crate::view::{At, Connection};
use crate::{Check, Finding, Tally, View};

pub(crate) const CHECK: Check = Check { id: "MQTT-KEEPALIVE-02", always: false, judge };

/// The FIN needs its time, too.
const ON_THE_WAY: Duration = Duration::from_secs(2);

fn judge(view: &View<'_>) -> Finding {
    let mut tally = Tally::default();
    let mut unanswered = 0;
    for connection in view.connections() {
        let Some(period) = connection.keep_alive().filter(|_| connection.accepted().is_some()) else {
            continue;
        };
        let limit = period.mul_f64(view.number("pingresp_timeout")) + ON_THE_WAY;
        if let Some(asked) = first_unanswered(connection, limit, view.end()) {
            unanswered += 1;
            judge_silence(view, connection, asked, limit, &mut tally);
        }
    }
    // A silent link is a silent server: the PINGREQ never arrived, so the device's own word has to do.
    if unanswered == 0 {
        for (from, until) in view.partitions() {
            judge_partition(view, from, until, &mut tally);
        }
        turned_off(view, &mut tally);
    }
    tally.finish(
        "silent connections were given up in time and made again",
        "a silent connection was not given up as it should be",
        "every PINGREQ was answered",
    )
}

/// The first PINGREQ that had no PINGRESP within `limit`, or before the device closed.
fn first_unanswered(connection: &Connection<'_>, limit: Duration, end: At) -> Option<At> {
    let mut answers =
        connection.received().filter(|(_, packet)| matches!(packet, Packet::PingResp)).map(|(at, _)| at);
    for (asked, _) in connection.sent().filter(|(_, packet)| matches!(packet, Packet::PingReq)) {
        match answers.find(|at| *at > asked) {
            Some(answer) if answer.since(asked) <= limit => {}
            Some(_) => return Some(asked),
            None => {
                let over = connection.ended(end);
                let server_left = connection.closed.is_some() && connection.closed_by_device().is_none();
                let due = over.since(asked) > limit || connection.closed_by_device().is_some();
                let left_in_order =
                    connection.disconnect().is_some_and(|at| at.since(asked) < Duration::from_secs(5));
                return (due && !server_left && !left_in_order).then_some(asked);
            }
        }
    }
    None
}

fn judge_silence(
    view: &View<'_>,
    connection: &Connection<'_>,
    asked: At,
    limit: Duration,
    tally: &mut Tally,
) {
    match connection.closed_by_device() {
        Some(closed) if closed.since(asked) <= limit => {
            let waited = closed.since(asked).as_secs_f64();
            tally.good(
                closed,
                format!("connection {} was closed {waited:.1} s after its PINGREQ", connection.id),
            );
            judge_return(view, connection.service, closed, tally);
        }
        Some(closed) => {
            let waited = closed.since(asked).as_secs_f64();
            tally.bad(closed, format!("closed {waited:.1} s after a PINGREQ without answer"));
        }
        None => tally.bad(asked, format!("no PINGRESP to this, and {} s later still open", limit.as_secs())),
    }
}

/// The device notices a link without frames and says so.
fn judge_partition(view: &View<'_>, from: At, until: Option<nanorig_trace::Time>, tally: &mut Tally) {
    for connection in view.connections_to("hub").filter(|connection| connection.is_live(from)) {
        let Some(period) = connection.keep_alive() else { continue };
        // The last answer may have come just before the silence.
        let limit = period.mul_f64(view.number("pingresp_timeout")) + period / 2 + ON_THE_WAY;
        let over = until.unwrap_or(view.end().time).max(from.time);
        let noticed = view.statuses("hub").find(|(at, status, _)| *at > from && *status != "Connected");
        match noticed {
            Some((at, _, reason)) if at.since(from) <= limit => {
                tally.good(at, format!("noticed after {:.1} s: {reason}", at.since(from).as_secs_f64()));
                judge_return(view, "hub", at, tally);
            }
            Some((at, _, _)) if over.since(from.time) > limit => {
                tally.bad(at, format!("noticed only after {:.1} s", at.since(from).as_secs_f64()));
            }
            None if over.since(from.time) > limit => {
                tally.bad(from, format!("{} s of silence were not noticed", limit.as_secs()));
            }
            _ => {}
        }
    }
}

/// A device without Keep Alive cannot notice a server that stops answering.
fn turned_off(view: &View<'_>, tally: &mut Tally) {
    let stimuli = view.calls().iter().filter(|call| {
        matches!(call.name, "withhold-pingresp" | "silence" | "partition") && call.hand != "device"
    });
    for call in stimuli {
        for connection in view.connections().iter().filter(|connection| connection.is_live(call.at)) {
            let off = connection.connect().is_some_and(|(_, connect)| connect.keep_alive == 0);
            if off && connection.lasts(call.at, Duration::from_secs(120), view.end()) {
                tally.bad(call.at, "the Keep Alive is off: this silence is never noticed");
            }
        }
    }
}

/// The device comes back, if the run goes on for long enough.
fn judge_return(view: &View<'_>, service: &str, closed: At, tally: &mut Tally) {
    let cap = view.duration("cap");
    let back = view.next_accepted(service, closed).and_then(Connection::accepted);
    match back {
        Some(at) => tally.good(at, "and a new session was made"),
        None if view.end().since(closed) > cap => tally.bad(closed, "no new session was made after this"),
        None => {}
    }
}

#[cfg(test)]
mod tests {
    use nanorig_trace::event::{CloseHow, Party};
    use nanorig_wire::mqtt::Packet;
    use serde_json::json;

    use crate::Verdict;
    use crate::testing::Story;

    /// The PINGREQ at 55 s is not answered; the device closes at `second`.
    fn closes_at(second: f64) -> Story {
        let mut story = Story::new();
        let conn = story.at(10.0).session(false);
        story.at(55.0).sends(conn, &Packet::PingReq);
        story.at(second).close(conn, Party::Device, CloseHow::Fin);
        story
    }

    #[test]
    fn closing_in_time_and_coming_back_passes() {
        let mut story = closes_at(146.9);
        story.at(150.0).session(true);
        story.expect("MQTT-KEEPALIVE-02", Verdict::Pass);
    }

    #[test]
    fn closing_late_or_never_fails() {
        closes_at(147.1).expect("MQTT-KEEPALIVE-02", Verdict::Fail);
        let mut story = Story::new();
        let conn = story.at(10.0).session(false);
        for second in [55.0, 100.0, 145.0, 190.0] {
            story.at(second).sends(conn, &Packet::PingReq);
        }
        story.expect("MQTT-KEEPALIVE-02", Verdict::Fail);
    }

    #[test]
    fn not_coming_back_fails() {
        let mut story = closes_at(100.0);
        story.at(701.0).hub_status("Disconnected", "timeout");
        story.expect("MQTT-KEEPALIVE-02", Verdict::Fail);
    }

    #[test]
    fn no_keep_alive_fails() {
        let mut story = Story::new();
        let mut connect = crate::testing::hub_connect();
        connect.keep_alive = 0;
        let conn = story.at(10.0).session_with("hub", connect, false);
        story.stimulus("cloud", "silence", json!({})).at(200.0).telemetry(conn, 1, "{}");
        story.expect("MQTT-KEEPALIVE-02", Verdict::Fail);
    }

    #[test]
    fn answered_pings_are_inconclusive() {
        let mut story = Story::new();
        let conn = story.at(10.0).session(false);
        story.at(55.0).sends(conn, &Packet::PingReq).receives(conn, &Packet::PingResp).at(56.0).leaves(conn);
        story.expect("MQTT-KEEPALIVE-02", Verdict::Inconclusive);
    }

    #[test]
    fn a_partition_that_is_noticed_in_time_passes() {
        for (second, verdict) in [(221.9, Verdict::Pass), (223.0, Verdict::Fail)] {
            let mut story = Story::new();
            story.at(10.0).session(false);
            story.at(100.0).stimulus("network", "partition", json!({ "for": 300_000_000_u64 }));
            story.at(second).hub_status("Disconnected", "timeout").at(410.0).session(true);
            story.expect("MQTT-KEEPALIVE-02", verdict);
        }
    }
}
