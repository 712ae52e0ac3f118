//! MQTT-PUB-02: messages at QoS 0 have DUP 0 and no packet identifier.

use nanorig_wire::mqtt::{PacketType, QoS};

use crate::{Check, Finding, Tally, View};

pub(crate) const CHECK: Check = Check { id: "MQTT-PUB-02", always: true, judge };

fn judge(view: &View<'_>) -> Finding {
    let mut tally = Tally::default();
    for connection in view.connections() {
        for (at, error) in
            connection.malformed(PacketType::Publish).filter(|(_, error)| error.field == "flags")
        {
            tally.bad(at, error.to_string());
        }
        let unconfirmed = connection.published().filter(|(_, publish)| publish.qos == QoS::AtMostOnce);
        for (at, publish) in unconfirmed {
            // An identifier would be the first bytes of what is read as the message: JSON never begins so.
            let announced = publish.topic.contains("json");
            match publish.payload.as_ref() {
                [high, low, open @ (b'{' | b'['), ..] if announced && (*high < 0x09 || *low < 0x09) => {
                    tally.bad(
                        at,
                        format!("the message begins with {high:02x}{low:02x} and then {}", char::from(*open)),
                    );
                }
                _ => tally.good(at, format!("QoS 0 with DUP 0 to {}", publish.topic)),
            }
        }
    }
    tally.finish(
        "messages at QoS 0 are as the standard says",
        "a message at QoS 0 has what only others may have",
        "the device published nothing at QoS 0",
    )
}

#[cfg(test)]
mod tests {
    use nanorig_trace::event::Direction;

    use crate::Verdict;
    use crate::testing::Story;

    fn published(flags: u8, payload: &str) -> Story {
        let mut story = Story::new();
        let conn = story.at(1.0).session(false);
        let topic = b"devices/nano-01/messages/events/$.ct=application%2Fjson";
        let length = u8::try_from(topic.len()).unwrap();
        let total = length + 2 + u8::try_from(payload.len()).unwrap();
        story.raw(
            conn,
            Direction::FromDevice,
            &[&[0x30 | flags, total, 0, length], &topic[..], payload.as_bytes()].concat(),
        );
        story
    }

    #[test]
    fn dup_0_passes_and_dup_1_fails() {
        published(0x00, "{}").expect("MQTT-PUB-02", Verdict::Pass);
        published(0x08, "{}").expect("MQTT-PUB-02", Verdict::Fail);
    }

    #[test]
    fn an_identifier_in_front_of_the_message_fails() {
        published(0x00, "\0\x07{}").expect("MQTT-PUB-02", Verdict::Fail);
    }

    #[test]
    fn a_session_alone_is_inconclusive() {
        let mut story = Story::new();
        story.at(1.0).session(false);
        story.expect("MQTT-PUB-02", Verdict::Inconclusive);
    }
}
