//! MQTT-DISC-01: a planned stop ends with DISCONNECT, then nothing, then the end of the connection.

use std::time::Duration;

use nanorig_trace::event::{CloudEvent, DeviceEvent};
use nanorig_wire::mqtt::PacketType;

use crate::view::{At, Connection};
use crate::{Check, Finding, Tally, View};

pub(crate) const CHECK: Check = Check { id: "MQTT-DISC-01", always: false, judge };

/// A stop is over by then.
const CLOSES_WITHIN: Duration = Duration::from_secs(15);
/// Whoever has said goodbye closes at once (MQTT-3.14.4-1).
pub(crate) const LEFT_OPEN: Duration = Duration::from_secs(3);

fn judge(view: &View<'_>) -> Finding {
    let mut tally = Tally::default();
    for stop in planned_stops(view) {
        if let Some(connection) = view.connections_to("hub").find(|connection| connection.is_live(stop)) {
            judge_stop(view, connection, stop, &mut tally);
        }
    }
    tally.finish(
        "planned stops ended with DISCONNECT",
        "a planned stop did not end as the standard says",
        "no session was ended on purpose",
    )
}

/// The harness told the device to close, or the device goes to sleep.
fn planned_stops(view: &View<'_>) -> Vec<At> {
    let told = view.calls_named("hub.close").filter(|call| call.hand == "device").map(|call| call.at);
    let sleeps = view.device_events().filter_map(|(at, event)| match event {
        DeviceEvent::Power { state } if state == "deep-sleep" => Some(at),
        _ => None,
    });
    let mut stops: Vec<At> = told.chain(sleeps).collect();
    stops.sort();
    stops
}

fn judge_stop(view: &View<'_>, connection: &Connection<'_>, stop: At, tally: &mut Tally) {
    let id = connection.id;
    let will = view
        .cloud_events()
        .find(|(_, event)| matches!(event, CloudEvent::Disconnected { conn, will: true, .. } if *conn == id));
    if let Some((at, _)) = will {
        return tally.bad(at, format!("the will of connection {id} was published"));
    }
    let Some(left) = connection.disconnect() else {
        if connection.closed.is_some_and(|closed| closed.at > stop) && connection.closed_by_device().is_some()
        {
            tally.bad(connection.ended(view.end()), format!("connection {id} was closed without DISCONNECT"));
        } else if connection.lasts(stop, CLOSES_WITHIN, view.end()) {
            tally.bad(stop, format!("connection {id} goes on after this"));
        }
        return;
    };
    if let Some(packet) = connection.from_device().find(|packet| packet.at > left) {
        let kind = packet.packet_type().map_or("bytes", PacketType::name);
        return tally.bad(packet.at, format!("{kind} after DISCONNECT"));
    }
    match connection.closed_by_device() {
        Some(closed) => tally.good(closed, format!("DISCONNECT was the last packet of connection {id}")),
        None if connection.ended(view.end()).since(left) > LEFT_OPEN => {
            tally.bad(left, format!("connection {id} stayed open after DISCONNECT"));
        }
        None => tally.good(left, format!("DISCONNECT was the last packet of connection {id}")),
    }
}

#[cfg(test)]
mod tests {
    use nanorig_trace::event::{CloseHow, Party};
    use nanorig_wire::mqtt::Packet;
    use serde_json::json;

    use crate::Verdict;
    use crate::testing::Story;

    fn stopped() -> (Story, nanorig_trace::event::ConnId) {
        let mut story = Story::new();
        let conn = story.at(1.0).session(false);
        story.at(10.0).action("hub.close", json!({}));
        (story, conn)
    }

    #[test]
    fn disconnect_and_close_passes() {
        let (mut story, conn) = stopped();
        story.at(10.1).leaves(conn);
        story.expect("MQTT-DISC-01", Verdict::Pass);
    }

    #[test]
    fn closing_without_a_word_fails() {
        let (mut story, conn) = stopped();
        story.at(10.1).close(conn, Party::Device, CloseHow::Fin);
        story.expect("MQTT-DISC-01", Verdict::Fail);
    }

    #[test]
    fn talking_after_disconnect_fails() {
        let (mut story, conn) = stopped();
        story.sends(conn, &Packet::Disconnect).sends(conn, &Packet::PingReq).close(
            conn,
            Party::Device,
            CloseHow::Fin,
        );
        story.expect("MQTT-DISC-01", Verdict::Fail);
    }

    #[test]
    fn leaving_the_end_to_the_server_fails() {
        let (mut story, conn) = stopped();
        story.sends(conn, &Packet::Disconnect).at(13.1).close(conn, Party::Server, CloseHow::Orderly);
        story.expect("MQTT-DISC-01", Verdict::Fail);
    }

    #[test]
    fn an_accident_is_inconclusive() {
        let mut story = Story::new();
        let conn = story.at(1.0).session(false);
        story.at(10.0).cut(conn);
        story.expect("MQTT-DISC-01", Verdict::Inconclusive);
    }
}
