//! MQTT-PUB-01: topic names are valid.

use nanorig_wire::mqtt::PacketType;

use crate::{Check, Finding, Tally, View};

pub(crate) const CHECK: Check = Check { id: "MQTT-PUB-01", always: true, judge };

fn judge(view: &View<'_>) -> Finding {
    let mut tally = Tally::default();
    for connection in view.connections() {
        for (at, error) in
            connection.malformed(PacketType::Publish).filter(|(_, error)| error.field == "topic name")
        {
            tally.bad(at, error.to_string());
        }
        for (at, publish) in connection.published() {
            tally.good(at, format!("a message to {}", publish.topic));
        }
    }
    tally.finish(
        "every topic name is valid",
        "a topic name breaks the standard",
        "the device published nothing",
    )
}

#[cfg(test)]
mod tests {
    use nanorig_trace::event::Direction;

    use crate::Verdict;
    use crate::testing::Story;

    fn published(topic: &[u8]) -> Story {
        let mut story = Story::new();
        let conn = story.at(1.0).session(false);
        let length = u8::try_from(topic.len()).unwrap();
        story.raw(conn, Direction::FromDevice, &[&[0x30, length + 2, 0, length], topic].concat());
        story
    }

    #[test]
    fn a_plain_name_passes_and_each_bad_one_fails() {
        published(b"devices/a").expect("MQTT-PUB-01", Verdict::Pass);
        for bad in [&b"devices/+"[..], b"a/#", b"a\0b", b"\xc0\xaf", b"\xed\xa0\x80", b""] {
            published(bad).expect("MQTT-PUB-01", Verdict::Fail);
        }
    }

    #[test]
    fn no_message_is_inconclusive() {
        let mut story = Story::new();
        story.at(1.0).session(false);
        story.expect("MQTT-PUB-01", Verdict::Inconclusive);
    }
}
