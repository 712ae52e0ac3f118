//! HUB-CONN-02: MQTT goes over TLS to port 8883, or over a WebSocket to 443 when that is claimed.

use nanorig_trace::event::{NetworkEvent, Protocol};

use crate::{Check, Finding, Tally, View};

pub(crate) const CHECK: Check = Check { id: "HUB-CONN-02", always: true, judge };

/// MQTT without TLS, which the hub never serves.
const PLAIN: u16 = 1_883;

fn judge(view: &View<'_>) -> Finding {
    let claims_websocket = view.trace().header.dut.capabilities.iter().any(|claim| claim == "mqtt.ws");
    let mut tally = Tally::default();
    for (at, event) in view.network_events() {
        if let NetworkEvent::Unanswered { server, .. } = event
            && server.port() == PLAIN
        {
            tally.bad(at, format!("tries {server} without TLS"));
        }
    }
    for connection in view.connections() {
        let server = connection.server;
        let is_hub = connection.service == "hub" || connection.service == "dps";
        let plain = connection
            .packets
            .iter()
            .find(|packet| packet.protocol == Protocol::Mqtt && connection.tls.is_none());
        if server.port() == PLAIN {
            tally.bad(connection.opened, format!("connects to {server} without TLS"));
        } else if !is_hub {
        } else if let Some(packet) = plain {
            tally.bad(packet.at, format!("MQTT without TLS to {server}"));
        } else if server.port() == 443 && !claims_websocket {
            tally.bad(
                connection.opened,
                format!("connects to {server} and does not claim MQTT over WebSocket"),
            );
        } else if !matches!(server.port(), 443 | 8_883) {
            tally.bad(connection.opened, format!("connects to {server}"));
        } else if let Some(tls) = connection.tls {
            tally.good(tls.at, format!("{} to {server}", tls.version));
        }
    }
    tally.finish(
        "every connection to the hub used TLS on the port it is for",
        "a connection to the hub did not use TLS on the port it is for",
        "no connection to a hub was seen",
    )
}

#[cfg(test)]
mod tests {
    use nanorig_trace::event::NetworkEvent;
    use nanorig_wire::mqtt::Packet;

    use crate::Verdict;
    use crate::testing::{Story, hub_connect};

    #[test]
    fn tls_on_8883_passes() {
        let mut story = Story::new();
        story.at(1.0).session(false);
        story.expect("HUB-CONN-02", Verdict::Pass);
    }

    #[test]
    fn a_try_at_1883_fails() {
        let mut story = Story::new();
        story.at(1.0).session(false);
        let server = "203.0.113.10:1883".parse().unwrap();
        story.event(NetworkEvent::Unanswered { server, how: "refused".into() });
        story.expect("HUB-CONN-02", Verdict::Fail);
    }

    #[test]
    fn mqtt_without_tls_fails() {
        let mut story = Story::new();
        let conn = story.at(1.0).open("hub");
        story.sends(conn, &Packet::Connect(hub_connect()));
        story.expect("HUB-CONN-02", Verdict::Fail);
    }

    #[test]
    fn a_connection_without_a_handshake_is_inconclusive() {
        let mut story = Story::new();
        story.at(1.0).open("hub");
        story.expect("HUB-CONN-02", Verdict::Inconclusive);
    }
}
