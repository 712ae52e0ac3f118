//! MQTT-QOS1-03: a resumed session sends again what was not acknowledged, with DUP and the same identifier.

use std::time::Duration;

use nanorig_wire::mqtt::{Publish, QoS};

use crate::view::{At, Connection, Succession};
use crate::{Check, Finding, Tally, View};

pub(crate) const CHECK: Check = Check { id: "MQTT-QOS1-03", always: true, judge };

/// A session this old has sent again what it wants to.
const RESENDS_WITHIN: Duration = Duration::from_secs(60);

fn judge(view: &View<'_>) -> Finding {
    let mut tally = Tally::default();
    // What a session held that ended before it could send anything again.
    let mut carried: Vec<&Publish> = Vec::new();
    for pair in view.successions("hub") {
        let held = held_at_end(&pair, &carried);
        carried.clear();
        // Memory does not outlive a start.
        let rebooted = view.boots_between(pair.before.opened, pair.after.opened);
        if !pair.after.session_present() || rebooted {
            continue;
        }
        carried = judge_session(view, &pair, &held, &mut tally);
    }
    tally.finish(
        "all that was not acknowledged was sent again, marked and with its identifier",
        "a message that was not acknowledged was not sent again as the standard says",
        "no session was resumed with unacknowledged messages",
    )
}

/// Messages of the earlier session that its server had not acknowledged.
fn held_at_end<'v>(pair: &Succession<'v, '_>, carried: &[&'v Publish]) -> Vec<&'v Publish> {
    let mut held: Vec<&'v Publish> = carried.to_vec();
    for packet in &pair.before.packets {
        match packet.decoded() {
            Some((_, nanorig_wire::mqtt::Packet::Publish(publish)))
                if publish.qos == QoS::AtLeastOnce
                    && packet.direction == nanorig_trace::event::Direction::FromDevice
                    && held.iter().all(|other| other.id != publish.id) =>
            {
                held.push(publish);
            }
            Some((_, nanorig_wire::mqtt::Packet::PubAck(id)))
                if packet.direction == nanorig_trace::event::Direction::ToDevice =>
            {
                held.retain(|publish| publish.id != Some(*id));
            }
            _ => {}
        }
    }
    held
}

/// Judges one resumption; gives what could not be judged because the session was too short.
fn judge_session<'v>(
    view: &View<'_>,
    pair: &Succession<'v, '_>,
    held: &[&'v Publish],
    tally: &mut Tally,
) -> Vec<&'v Publish> {
    let after: &Connection<'_> = pair.after;
    let mut missing = Vec::new();
    for publish in held {
        let id = publish.id.map_or(0, nanorig_wire::mqtt::PacketId::get);
        let again: Option<(At, &Publish)> = after
            .published()
            .find(|(_, other)| other.topic == publish.topic && other.payload == publish.payload);
        let exact =
            after.published().find(|(_, other)| other.id == publish.id && other.payload == publish.payload);
        match (exact, again) {
            (Some((at, resent)), _) if resent.dup => {
                tally.good(at, format!("message {id} was sent again with DUP"))
            }
            (Some((at, _)), _) => tally.bad(at, format!("message {id} was sent again without DUP")),
            (None, Some((at, other))) => {
                let other = other.id.map_or(0, nanorig_wire::mqtt::PacketId::get);
                tally.bad(at, format!("message {id} was sent again as {other}"));
            }
            (None, None) if is_late(view, after) => {
                tally
                    .bad(after.opened, format!("message {id} was not sent again on connection {}", after.id));
            }
            (None, None) => missing.push(*publish),
        }
    }
    missing
}

/// True when the session had time to send something again, over a link that carried it.
fn is_late(view: &View<'_>, after: &Connection<'_>) -> bool {
    let from = after.accepted().unwrap_or(after.opened);
    after.lasts(from, RESENDS_WITHIN, view.end())
        && !view.cut_off(after, from.time, from.time + RESENDS_WITHIN)
}

#[cfg(test)]
mod tests {
    use nanorig_wire::mqtt::Packet;

    use crate::Verdict;
    use crate::testing::{Story, id, message};

    /// Two messages, one acknowledged, then a cut and the session resumed.
    fn resumed() -> (Story, nanorig_trace::event::ConnId) {
        let mut story = Story::new();
        let conn = story.at(1.0).session(false);
        story.telemetry(conn, 1, "a").telemetry(conn, 2, "b").puback(conn, 1).at(2.0).cut(conn);
        let conn = story.at(5.0).session(true);
        (story, conn)
    }

    fn again(story: &mut Story, conn: nanorig_trace::event::ConnId, number: u16, dup: bool) {
        let mut publish =
            message("devices/nano-01/messages/events/$.ct=application%2Fjson&$.ce=utf-8", "b", Some(number));
        (publish.dup, publish.id) = (dup, Some(id(number)));
        story.sends(conn, &Packet::Publish(publish));
    }

    #[test]
    fn the_same_identifier_with_dup_passes() {
        let (mut story, conn) = resumed();
        again(&mut story, conn, 2, true);
        story.expect("MQTT-QOS1-03", Verdict::Pass);
    }

    #[test]
    fn without_dup_or_as_another_message_fails() {
        let (mut story, conn) = resumed();
        again(&mut story, conn, 2, false);
        story.expect("MQTT-QOS1-03", Verdict::Fail);
        let (mut story, conn) = resumed();
        again(&mut story, conn, 3, false);
        story.expect("MQTT-QOS1-03", Verdict::Fail);
    }

    #[test]
    fn forgetting_fails_once_there_was_time() {
        for (second, verdict) in [(64.9, Verdict::Inconclusive), (65.1, Verdict::Fail)] {
            let (mut story, _) = resumed();
            story.at(second).hub_status("Connected", "ok");
            story.expect("MQTT-QOS1-03", verdict);
        }
    }

    #[test]
    fn a_lost_session_is_inconclusive() {
        let mut story = Story::new();
        let conn = story.at(1.0).session(false);
        story.telemetry(conn, 1, "a").cut(conn);
        story.at(5.0).session(false);
        story.at(60.0).hub_status("Connected", "ok");
        story.expect("MQTT-QOS1-03", Verdict::Inconclusive);
    }
}
