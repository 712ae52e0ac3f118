//! MQTT-CONN-01: CONNECT comes first, once, and nothing else before CONNACK.

use nanorig_wire::mqtt::PacketType;

use crate::view::Connection;
use crate::{Check, Finding, Tally, View};

pub(crate) const CHECK: Check = Check { id: "MQTT-CONN-01", always: true, judge };

fn judge(view: &View<'_>) -> Finding {
    let may_be_early = view.trace().header.dut.capabilities.iter().any(|claim| claim == "mqtt.early");
    let mut tally = Tally::default();
    for connection in view.connections() {
        judge_connection(connection, may_be_early, &mut tally);
    }
    tally.finish(
        "every connection began with one CONNECT and waited for CONNACK",
        "a connection did not begin with one CONNECT that waited for CONNACK",
        "no MQTT packet of the device was seen",
    )
}

fn judge_connection(connection: &Connection<'_>, may_be_early: bool, tally: &mut Tally) {
    let mut packets = connection.from_device().filter(|packet| packet.mqtt.is_some());
    let Some(first) = packets.next() else { return };
    if first.packet_type() != Some(PacketType::Connect) {
        return tally.bad(
            first.at,
            format!("connection {} begins with {}", connection.id, name(first.packet_type())),
        );
    }
    let connack = connection.connack().map(|(at, _)| at);
    for packet in packets {
        let kind = packet.packet_type();
        // Leaving is no use of the connection.
        let early = connack.is_none_or(|at| packet.at < at) && kind != Some(PacketType::Disconnect);
        if kind == Some(PacketType::Connect) {
            return tally.bad(packet.at, format!("a second CONNECT on connection {}", connection.id));
        }
        if early && !may_be_early {
            return tally
                .bad(packet.at, format!("{} before CONNACK on connection {}", name(kind), connection.id));
        }
    }
    tally.good(first.at, format!("connection {} begins with its only CONNECT", connection.id));
}

fn name(kind: Option<PacketType>) -> &'static str {
    kind.map_or("a reserved packet type", PacketType::name)
}

#[cfg(test)]
mod tests {
    use nanorig_wire::mqtt::{ConnectCode, Packet};

    use crate::Verdict;
    use crate::testing::{FILTERS, Story, hub_connect};

    #[test]
    fn one_connect_and_then_the_rest_passes() {
        let mut story = Story::new();
        let conn = story.at(1.0).subscribed_session();
        story.at(2.0).leaves(conn);
        story.expect("MQTT-CONN-01", Verdict::Pass);
    }

    #[test]
    fn two_connects_fail() {
        let mut story = Story::new();
        let conn = story.at(1.0).session(false);
        story.at(2.0).sends(conn, &Packet::Connect(hub_connect()));
        story.expect("MQTT-CONN-01", Verdict::Fail);
    }

    #[test]
    fn talking_before_connack_fails_unless_it_is_claimed() {
        let mut story = Story::new();
        let conn = story.at(1.0).secure("hub");
        story.sends(conn, &Packet::Connect(hub_connect())).asks_for(conn, 1, FILTERS);
        story.at(1.1).connack(conn, ConnectCode::Accepted, false);
        story.expect("MQTT-CONN-01", Verdict::Fail);
        story.trace().header.dut.capabilities.push("mqtt.early".into());
        story.expect("MQTT-CONN-01", Verdict::Pass);
    }

    #[test]
    fn another_first_packet_fails() {
        let mut story = Story::new();
        let conn = story.at(1.0).secure("hub");
        story.sends(conn, &Packet::PingReq);
        story.expect("MQTT-CONN-01", Verdict::Fail);
    }

    #[test]
    fn a_handshake_alone_is_inconclusive() {
        let mut story = Story::new();
        story.at(1.0).secure("hub");
        story.expect("MQTT-CONN-01", Verdict::Inconclusive);
    }
}
