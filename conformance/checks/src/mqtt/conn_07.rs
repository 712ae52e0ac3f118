//! MQTT-CONN-07: a first packet that is not CONNACK ends the connection.

use std::time::Duration;

use nanorig_wire::mqtt::PacketType;

use crate::view::Connection;
use crate::{Check, Finding, Tally, View};

pub(crate) const CHECK: Check = Check { id: "MQTT-CONN-07", always: false, judge };

/// A device reads its socket more often than this.
const CLOSES_WITHIN: Duration = Duration::from_secs(10);

fn judge(view: &View<'_>) -> Finding {
    let mut tally = Tally::default();
    for connection in view.connections() {
        judge_connection(view, connection, &mut tally);
    }
    tally.finish(
        "the connection was closed",
        "a connection that did not begin with CONNACK was used",
        "every server began with CONNACK",
    )
}

fn judge_connection(view: &View<'_>, connection: &Connection<'_>, tally: &mut Tally) {
    let mut packets = connection.to_device().filter(|packet| packet.mqtt.is_some());
    let Some(first) = packets.next().filter(|packet| packet.packet_type() != Some(PacketType::ConnAck))
    else {
        return;
    };
    let kind = first.packet_type().map_or("bytes", PacketType::name);
    let deadline = first.at.time + CLOSES_WITHIN;
    if let Some((at, crash)) = view.crash_between(first.at, deadline) {
        return tally.bad(at, crash);
    }
    let used = connection
        .from_device()
        .find(|packet| packet.at > first.at && packet.packet_type() != Some(PacketType::Disconnect));
    if let Some(packet) = used {
        let own = packet.packet_type().map_or("bytes", PacketType::name);
        return tally.bad(packet.at, format!("{own} after a connection that began with {kind}"));
    }
    match connection.closed_by_device() {
        Some(at) if at.time <= deadline => tally.good(at, format!("closed after {kind} came first")),
        Some(at) => tally.bad(at, format!("closed {:?} after {kind} came first", at.since(first.at))),
        None if connection.ended(view.end()).time > deadline => {
            tally.bad(first.at, format!("{kind} came first and the connection stayed open"));
        }
        None => {}
    }
}

#[cfg(test)]
mod tests {
    use nanorig_trace::event::{CloseHow, Party};
    use nanorig_wire::mqtt::{ConnectCode, Packet, QoS, SubAckCode};

    use crate::Verdict;
    use crate::testing::{FILTERS, Story, hub_connect};

    #[test]
    fn closing_passes_and_going_on_fails() {
        for (goes_on, verdict) in [(false, Verdict::Pass), (true, Verdict::Fail)] {
            let mut story = Story::new();
            let conn = story.at(1.0).secure("hub");
            story.sends(conn, &Packet::Connect(hub_connect()));
            story.suback(conn, 1, &[SubAckCode::Granted(QoS::AtLeastOnce)]);
            story.connack(conn, ConnectCode::Accepted, false);
            if goes_on {
                story.at(1.1).subscribe(conn, 1, FILTERS);
            } else {
                story.at(1.1).close(conn, Party::Device, CloseHow::Fin);
            }
            story.expect("MQTT-CONN-07", verdict);
        }
    }

    #[test]
    fn connack_first_is_inconclusive() {
        let mut story = Story::new();
        story.at(1.0).session(false);
        story.expect("MQTT-CONN-07", Verdict::Inconclusive);
    }
}
