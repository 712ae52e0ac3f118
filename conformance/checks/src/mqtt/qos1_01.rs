//! MQTT-QOS1-01: packet identifiers are not zero and not in use.

use std::collections::BTreeMap;

use nanorig_trace::event::ConnId;
use nanorig_wire::mqtt::{Fault, Packet, PacketId, QoS};

use crate::view::Connection;
use crate::{Check, Finding, Tally, View};

pub(crate) const CHECK: Check = Check { id: "MQTT-QOS1-01", always: true, judge };

/// Identifiers that wait for an acknowledgement, each with its packet and its connection.
type InUse<'v> = BTreeMap<PacketId, (&'v Packet, ConnId)>;

fn judge(view: &View<'_>) -> Finding {
    let mut tally = Tally::default();
    let mut sessions: BTreeMap<(&str, &str), InUse<'_>> = BTreeMap::new();
    for connection in view.connections() {
        let client = connection.connect().map_or("", |(_, connect)| connect.client_id.as_str());
        // Without a stored session nothing of the past is in use (MQTT-3.1.2-6).
        let kept = sessions.remove(&(connection.service, client)).filter(|_| connection.session_present());
        let in_use = judge_connection(connection, kept.unwrap_or_default(), &mut tally);
        sessions.insert((connection.service, client), in_use);
    }
    tally.finish(
        "every packet identifier was free and not zero",
        "a packet identifier was zero or in use",
        "nothing that needs a packet identifier was sent",
    )
}

fn judge_connection<'v>(
    connection: &'v Connection<'_>,
    mut in_use: InUse<'v>,
    tally: &mut Tally,
) -> InUse<'v> {
    for packet in &connection.packets {
        let decoded = match &packet.mqtt {
            Some(Ok(decoded)) => decoded,
            Some(Err(error)) if error.fault == Fault::PacketIdZero => {
                tally.bad(packet.at, error.to_string());
                continue;
            }
            _ => continue,
        };
        let Some(id) = decoded.packet_id() else { continue };
        match decoded {
            Packet::Publish(publish) if publish.qos == QoS::AtMostOnce => {}
            Packet::Publish(_) | Packet::Subscribe(_) | Packet::Unsubscribe(_) if is_from_device(packet) => {
                match in_use.insert(id, (decoded, connection.id)) {
                    Some((earlier, conn)) if !repeats(earlier, decoded, conn == connection.id) => {
                        tally.bad(packet.at, format!("identifier {id} is still in use by {earlier}"));
                    }
                    Some(_) => {}
                    None => tally.good(packet.at, format!("identifier {id} was free")),
                }
            }
            Packet::PubAck(_) | Packet::PubComp(_) | Packet::SubAck(_) | Packet::UnsubAck(_)
                if !is_from_device(packet) =>
            {
                in_use.remove(&id);
            }
            _ => {}
        }
    }
    in_use
}

fn is_from_device(packet: &crate::view::WirePacket<'_>) -> bool {
    packet.direction == nanorig_trace::event::Direction::FromDevice
}

/// The same packet once more: with DUP on the same connection, and whatever its DUP on a later one, which another
/// check looks at.
fn repeats(earlier: &Packet, later: &Packet, same_connection: bool) -> bool {
    match (earlier, later) {
        (Packet::Publish(earlier), Packet::Publish(later)) => {
            earlier.topic == later.topic
                && earlier.payload == later.payload
                && (later.dup || !same_connection)
        }
        (earlier, later) => earlier == later,
    }
}

#[cfg(test)]
mod tests {
    use nanorig_trace::event::Direction;

    use crate::Verdict;
    use crate::testing::{FILTERS, Story};

    #[test]
    fn fresh_and_freed_identifiers_pass() {
        let mut story = Story::new();
        let conn = story.at(1.0).subscribed_session();
        story.telemetry(conn, 1, "a").telemetry(conn, 2, "b").puback(conn, 1).telemetry(conn, 1, "c");
        story.expect("MQTT-QOS1-01", Verdict::Pass);
    }

    #[test]
    fn an_identifier_in_use_fails() {
        let mut story = Story::new();
        let conn = story.at(1.0).session(false);
        story.telemetry(conn, 1, "a").telemetry(conn, 1, "b");
        story.expect("MQTT-QOS1-01", Verdict::Fail);
        let mut story = Story::new();
        let conn = story.at(1.0).session(false);
        story.telemetry(conn, 1, "a").telemetry(conn, 1, "a");
        story.expect("MQTT-QOS1-01", Verdict::Fail);
        let mut story = Story::new();
        let conn = story.at(1.0).session(false);
        story.telemetry(conn, 1, "a").asks_for(conn, 1, FILTERS);
        story.expect("MQTT-QOS1-01", Verdict::Fail);
    }

    #[test]
    fn what_a_resumed_session_holds_is_in_use() {
        for (present, verdict) in [(true, Verdict::Fail), (false, Verdict::Pass)] {
            let mut story = Story::new();
            let conn = story.at(1.0).session(false);
            story.telemetry(conn, 7, "a").cut(conn);
            let conn = story.at(5.0).session(present);
            story.telemetry(conn, 7, "b");
            story.expect("MQTT-QOS1-01", verdict);
        }
    }

    #[test]
    fn zero_fails() {
        let mut story = Story::new();
        let conn = story.at(1.0).session(false);
        story.raw(conn, Direction::FromDevice, &[0x32, 5, 0, 1, b'a', 0, 0]);
        story.expect("MQTT-QOS1-01", Verdict::Fail);
    }

    #[test]
    fn a_session_alone_is_inconclusive() {
        let mut story = Story::new();
        story.at(1.0).session(false);
        story.expect("MQTT-QOS1-01", Verdict::Inconclusive);
    }
}
