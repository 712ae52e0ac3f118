//! MQTT-KEEPALIVE-05: a PINGRESP that nobody asked for does no harm.

use nanorig_trace::event::Direction;
use nanorig_wire::mqtt::Packet;

use crate::view::{At, Connection, HARMS_WITHIN};
use crate::{Check, Finding, Tally, View};

pub(crate) const CHECK: Check = Check { id: "MQTT-KEEPALIVE-05", always: false, judge };

fn judge(view: &View<'_>) -> Finding {
    let mut tally = Tally::default();
    for connection in view.connections() {
        for at in unasked(connection) {
            judge_one(view, connection, at, &mut tally);
        }
    }
    tally.finish(
        "the session stayed up over a PINGRESP that nobody had asked for",
        "a PINGRESP that nobody had asked for ended the session",
        "no PINGRESP came without a PINGREQ, or nothing shows what became of the session after it",
    )
}

/// PINGRESPs of the server for which no PINGREQ was left to answer.
fn unasked(connection: &Connection<'_>) -> Vec<At> {
    let mut open = 0_u32;
    let mut unasked = Vec::new();
    for packet in &connection.packets {
        match (packet.direction, packet.decoded()) {
            (Direction::FromDevice, Some((_, Packet::PingReq))) => open += 1,
            (Direction::ToDevice, Some((at, Packet::PingResp))) => match open.checked_sub(1) {
                Some(left) => open = left,
                None => unasked.push(at),
            },
            _ => {}
        }
    }
    unasked
}

fn judge_one(view: &View<'_>, connection: &Connection<'_>, at: At, tally: &mut Tally) {
    let later = |when: At| when > at && when.since(at) >= HARMS_WITHIN;
    if let Some(packet) = connection.from_device().find(|packet| later(packet.at)) {
        return tally.good(packet.at, format!("connection {} goes on after it", connection.id));
    }
    if let Some(closed) = view.closed_over(connection, [at]) {
        let waited = closed.since(at).as_secs_f64();
        tally.bad(closed, format!("closed {waited:.1} s after a PINGRESP that it had not asked for"));
    }
}

#[cfg(test)]
mod tests {
    use nanorig_trace::event::{CloseHow, ConnId, Direction, Party};
    use nanorig_wire::mqtt::Packet;
    use serde_json::json;

    use crate::Verdict;
    use crate::testing::Story;

    fn unasked() -> (Story, ConnId) {
        let mut story = Story::new();
        let conn = story.at(1.0).session(false);
        story.at(20.0).receives(conn, &Packet::PingResp);
        (story, conn)
    }

    #[test]
    fn a_session_that_goes_on_passes() {
        let (mut story, conn) = unasked();
        story.at(30.0).sends(conn, &Packet::PingReq).receives(conn, &Packet::PingResp);
        story.expect("MQTT-KEEPALIVE-05", Verdict::Pass);
    }

    #[test]
    fn closing_at_once_fails_and_later_it_does_not() {
        for (second, verdict) in [(29.9, Verdict::Fail), (30.0, Verdict::Inconclusive)] {
            let (mut story, conn) = unasked();
            story.at(second).close(conn, Party::Device, CloseHow::Orderly);
            story.expect("MQTT-KEEPALIVE-05", verdict);
        }
    }

    #[test]
    fn whoever_is_told_to_leave_or_whose_link_is_lost_is_not_blamed() {
        let (mut story, conn) = unasked();
        story.at(21.0).action("hub.close", json!({})).close(conn, Party::Device, CloseHow::Orderly);
        story.expect("MQTT-KEEPALIVE-05", Verdict::Inconclusive);
        let (mut story, conn) = unasked();
        story.at(21.0).stimulus("network", "partition", json!({ "for": 60_000_000 }));
        story.at(22.0).close(conn, Party::Device, CloseHow::Fin);
        story.expect("MQTT-KEEPALIVE-05", Verdict::Inconclusive);
        let (mut story, conn) = unasked();
        story.at(21.0).cut(conn);
        story.expect("MQTT-KEEPALIVE-05", Verdict::Inconclusive);
    }

    #[test]
    fn an_end_for_another_recorded_cause_is_inconclusive() {
        let (mut story, conn) = unasked();
        story.at(23.0).tls_oddity(conn, "corrupt-record").close(conn, Party::Device, CloseHow::Fin);
        story.expect("MQTT-KEEPALIVE-05", Verdict::Inconclusive);
        let (mut story, conn) = unasked();
        story.at(23.0).raw(conn, Direction::ToDevice, &[0, 0]).close(conn, Party::Device, CloseHow::Orderly);
        story.expect("MQTT-KEEPALIVE-05", Verdict::Inconclusive);
    }

    #[test]
    fn answers_to_questions_are_inconclusive() {
        let mut story = Story::new();
        let conn = story.at(1.0).session(false);
        for second in [30.0, 60.0, 90.0] {
            story.at(second).sends(conn, &Packet::PingReq).receives(conn, &Packet::PingResp);
        }
        story.close(conn, Party::Device, CloseHow::Orderly);
        story.expect("MQTT-KEEPALIVE-05", Verdict::Inconclusive);
    }
}
