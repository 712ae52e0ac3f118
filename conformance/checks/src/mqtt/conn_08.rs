//! MQTT-CONN-08: the will is encoded as it was configured.

use std::collections::BTreeMap;

use nanorig_trace::ConfiguredWill;
use nanorig_wire::hub::{DevicePublish, Identity};
use nanorig_wire::mqtt::{PacketType, Will};

use crate::{Check, Finding, Tally, View};

pub(crate) const CHECK: Check = Check { id: "MQTT-CONN-08", always: true, judge };

fn judge(view: &View<'_>) -> Finding {
    let Some(meant) = &view.trace().header.dut.will else {
        return Finding::inconclusive("the device was set up without a will");
    };
    let mut tally = Tally::default();
    for connection in view.connections_to("hub") {
        for (at, error) in connection.malformed(PacketType::Connect) {
            tally.bad(at, format!("the CONNECT with the will cannot be parsed: {error}"));
        }
        let Some((at, connect)) = connection.connect() else { continue };
        let wrong = match (&connect.will, connection.identity()) {
            (Some(will), Some(own)) => differences(will, meant, &own),
            (Some(_), None) => continue,
            (None, _) => vec!["there is no will".to_owned()],
        };
        if wrong.is_empty() {
            tally.good(at, format!("connection {} has the will as it was configured", connection.id));
        } else {
            tally.bad(at, wrong.join(", "));
        }
    }
    tally.finish(
        "the will is as it was configured",
        "the will is not as it was configured",
        "no CONNECT to a hub was seen",
    )
}

fn differences(will: &Will, meant: &ConfiguredWill, own: &Identity) -> Vec<String> {
    let mut wrong = Vec::new();
    match DevicePublish::parse(&will.topic, own) {
        Ok(DevicePublish::Telemetry { bag }) => {
            let application = bag.0.into_iter().filter(|(name, _)| !name.starts_with("$."));
            let found: BTreeMap<String, String> =
                application.map(|(name, value)| (name, value.unwrap_or_default())).collect();
            if found != meant.properties {
                wrong.push(format!("its properties are {found:?} instead of {:?}", meant.properties));
            }
        }
        _ => wrong.push(format!("its topic is {}, which the hub ignores", will.topic)),
    }
    if will.payload[..] != meant.payload[..] {
        let (found, meant) = (will.payload.len(), meant.payload.len());
        wrong.push(format!(
            "its payload of {found} bytes is not the one of {meant} bytes that was configured"
        ));
    }
    if will.qos.bits() != meant.qos {
        wrong.push(format!("its QoS is {} instead of {}", will.qos.bits(), meant.qos));
    }
    if will.retain != meant.retain {
        wrong.push(format!("its retain flag is {} instead of {}", will.retain, meant.retain));
    }
    wrong
}

#[cfg(test)]
mod tests {
    use nanorig_trace::ConfiguredWill;
    use nanorig_trace::event::Direction;
    use nanorig_wire::mqtt::{Connect, Packet, QoS, Will};

    use crate::Verdict;
    use crate::testing::{Story, hub_connect};

    fn configured() -> Story {
        let mut story = Story::new();
        story.trace().header.dut.will = Some(ConfiguredWill {
            payload: b"gone".to_vec().into(),
            properties: [("why".to_owned(), "no power".to_owned())].into(),
            qos: 1,
            retain: true,
        });
        story
    }

    fn will() -> Will {
        let topic = "devices/nano-01/messages/events/$.ct=text%2Fplain&why=no%20power".into();
        Will { topic, payload: b"gone".to_vec().into(), qos: QoS::AtLeastOnce, retain: true }
    }

    fn with(will: Option<Will>, verdict: Verdict) {
        let mut story = configured();
        story.at(1.0).session_with("hub", Connect { will, ..hub_connect() }, false);
        story.expect("MQTT-CONN-08", verdict);
    }

    #[test]
    fn the_will_as_it_was_configured_passes() {
        with(Some(will()), Verdict::Pass);
    }

    #[test]
    fn each_difference_fails() {
        with(None, Verdict::Fail);
        with(Some(Will { qos: QoS::AtMostOnce, ..will() }), Verdict::Fail);
        with(Some(Will { retain: false, ..will() }), Verdict::Fail);
        with(Some(Will { payload: b"gon".to_vec().into(), ..will() }), Verdict::Fail);
        for topic in
            ["devices/nano-01/messages/events/", "devices/nano-02/messages/events/why=no%20power", "w"]
        {
            with(Some(Will { topic: topic.into(), ..will() }), Verdict::Fail);
        }
    }

    #[test]
    fn a_connect_that_cannot_be_parsed_fails() {
        let mut story = configured();
        let conn = story.at(1.0).secure("hub");
        let mut bytes =
            Packet::Connect(Connect { will: Some(will()), ..hub_connect() }).to_bytes().unwrap().to_vec();
        let flags = bytes.iter().position(|byte| *byte == b'T').unwrap() + 3;
        bytes[flags] &= 0b1100_0011;
        story.raw(conn, Direction::FromDevice, &bytes);
        story.expect("MQTT-CONN-08", Verdict::Fail);
    }

    #[test]
    fn without_a_will_or_a_connection_it_is_inconclusive() {
        let mut story = Story::new();
        story.at(1.0).session(false);
        story.expect("MQTT-CONN-08", Verdict::Inconclusive);
        configured().expect("MQTT-CONN-08", Verdict::Inconclusive);
    }
}
