//! MQTT-MAL-06: acknowledgements for identifiers that nobody uses change nothing.

use std::collections::BTreeSet;
use std::time::Duration;

use nanorig_trace::event::{DeviceEvent, Direction};
use nanorig_wire::mqtt::{Packet, PacketId, QoS};

use crate::view::{At, Connection};
use crate::{Check, Finding, Tally, View};

pub(crate) const CHECK: Check = Check { id: "MQTT-MAL-06", always: false, judge };

/// Consequences show by then.
const SHOWS_WITHIN: Duration = Duration::from_secs(10);

fn judge(view: &View<'_>) -> Finding {
    let mut tally = Tally::default();
    let mut kept: BTreeSet<PacketId> = BTreeSet::new();
    for connection in view.connections() {
        if !connection.session_present() {
            kept.clear();
        }
        if let Some(at) = first_unknown(connection, &mut kept) {
            judge_acknowledgement(view, connection, at, &mut tally);
        }
    }
    tally.finish(
        "acknowledgements that belong to nothing changed nothing",
        "an acknowledgement that belongs to nothing had an effect",
        "no server acknowledged what was not sent",
    )
}

/// The first acknowledgement of an identifier that is not in use.
fn first_unknown(connection: &Connection<'_>, in_use: &mut BTreeSet<PacketId>) -> Option<At> {
    let mut found = None;
    // A repetition may be acknowledged twice.
    let mut done: BTreeSet<PacketId> = BTreeSet::new();
    for packet in &connection.packets {
        let Some((at, decoded)) = packet.decoded() else { continue };
        match (packet.direction, decoded) {
            (Direction::FromDevice, Packet::Publish(publish)) if publish.qos != QoS::AtMostOnce => {
                in_use.extend(publish.id)
            }
            (Direction::FromDevice, Packet::Subscribe(_) | Packet::Unsubscribe(_)) => {
                in_use.extend(decoded.packet_id())
            }
            (
                Direction::ToDevice,
                Packet::PubAck(id) | Packet::PubRec(id) | Packet::PubComp(id) | Packet::UnsubAck(id),
            ) => {
                if !in_use.remove(id) && !done.contains(id) {
                    found = found.or(Some(at));
                }
                done.insert(*id);
            }
            (Direction::ToDevice, Packet::SubAck(suback)) => {
                if !in_use.remove(&suback.id) && !done.contains(&suback.id) {
                    found = found.or(Some(at));
                }
                done.insert(suback.id);
            }
            _ => {}
        }
    }
    found
}

fn judge_acknowledgement(view: &View<'_>, connection: &Connection<'_>, at: At, tally: &mut Tally) {
    let deadline = at.time + SHOWS_WITHIN;
    if let Some((crashed, how)) = view.crash_between(at, deadline) {
        return tally.bad(crashed, how);
    }
    // A message that counts as delivered although no own PUBACK came took this one for it.
    let confirmed = view.device_events().filter(|(when, event)| {
        *when > at && matches!(event, DeviceEvent::TelemetrySent { confirmed: true, .. })
    });
    for (when, _) in confirmed.filter(|(when, _)| when.time <= deadline) {
        let before = view.device_events().filter(|(other, event)| {
            *other <= when && matches!(event, DeviceEvent::TelemetrySent { confirmed: true, .. })
        });
        if before.count() > acknowledged(view, when) {
            return tally
                .bad(when, "a message counts as delivered by an acknowledgement that was not for it");
        }
    }
    match connection.closed_by_device().filter(|closed| closed.time <= deadline) {
        Some(closed) => tally.good(closed, "the device closed"),
        None if connection.ended(view.end()).time > deadline => tally.good(at, "the session stayed up"),
        None => {}
    }
}

/// Messages of the device at QoS 1 whose own PUBACK came before `when`.
fn acknowledged(view: &View<'_>, when: At) -> usize {
    let of = |connection: &Connection<'_>| {
        let telemetry = connection.telemetry().filter(|(_, _, publish)| publish.qos == QoS::AtLeastOnce);
        let own = telemetry.filter(|(sent, _, publish)| {
            connection.pubacks_received().any(|(at, id)| at > *sent && at < when && Some(id) == publish.id)
        });
        own.count()
    };
    view.connections_to("hub").map(of).sum()
}

#[cfg(test)]
mod tests {
    use nanorig_trace::event::DeviceEvent;

    use crate::Verdict;
    use crate::testing::Story;

    fn hit() -> (Story, nanorig_trace::event::ConnId) {
        let mut story = Story::new();
        let conn = story.at(1.0).subscribed_session();
        story.telemetry(conn, 2, "{}").puback(conn, 65_000);
        (story, conn)
    }

    #[test]
    fn going_on_or_closing_passes() {
        let (mut story, conn) = hit();
        story.at(12.0).puback(conn, 2).confirms(1);
        story.expect("MQTT-MAL-06", Verdict::Pass);
        let (mut story, conn) = hit();
        story.at(1.1).leaves(conn);
        story.expect("MQTT-MAL-06", Verdict::Pass);
    }

    #[test]
    fn completing_another_message_or_falling_over_fails() {
        let (mut story, conn) = hit();
        story.confirms(1).at(12.0).puback(conn, 2);
        story.expect("MQTT-MAL-06", Verdict::Fail);
        let (mut story, _) = hit();
        story.at(1.1).event(DeviceEvent::Fault { message: "key not found".into() });
        story.expect("MQTT-MAL-06", Verdict::Fail);
    }

    #[test]
    fn known_identifiers_are_inconclusive() {
        let mut story = Story::new();
        let conn = story.at(1.0).subscribed_session();
        story.telemetry(conn, 2, "{}").puback(conn, 2);
        story.expect("MQTT-MAL-06", Verdict::Inconclusive);
    }
}
