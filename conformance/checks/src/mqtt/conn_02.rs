//! MQTT-CONN-02: CONNECT names the protocol MQTT, level 4, and leaves the reserved flag 0.

use nanorig_wire::mqtt::PacketType;

use crate::{Check, Finding, Tally, View};

pub(crate) const CHECK: Check = Check { id: "MQTT-CONN-02", always: true, judge };

/// What the strict decoder calls the three fields of the variable header that are judged here.
const CLAUSES: &[&str] = &["MQTT-3.1.2-1", "MQTT-3.1.2-2", "MQTT-3.1.2-3"];

fn judge(view: &View<'_>) -> Finding {
    let mut tally = Tally::default();
    for connection in view.connections() {
        for (at, error) in connection.malformed(PacketType::Connect) {
            if CLAUSES.contains(&error.clause) {
                tally.bad(at, error.to_string());
            }
        }
        let Some((at, connect)) = connection.connect() else { continue };
        if connect.protocol_name == "MQTT" && connect.level == 4 {
            tally.good(at, "protocol MQTT, level 4, reserved flag 0");
        } else {
            tally.bad(at, format!("protocol {:?}, level {}", connect.protocol_name, connect.level));
        }
    }
    tally.finish(
        "every CONNECT names MQTT 3.1.1",
        "a CONNECT does not name MQTT 3.1.1 as the standard says",
        "no CONNECT was seen",
    )
}

#[cfg(test)]
mod tests {
    use nanorig_trace::event::Direction;

    use crate::Verdict;
    use crate::testing::Story;

    /// CONNECT with an empty client id; the variable header is `name`, `level`, `flags`.
    fn story_of(name: &[u8], level: u8, flags: u8) -> Story {
        let mut story = Story::new();
        let conn = story.at(1.0).secure("hub");
        let length = u8::try_from(name.len()).unwrap();
        let bytes = [&[0x10, length + 8, 0, length], name, &[level, flags, 0, 60, 0, 0]].concat();
        story.raw(conn, Direction::FromDevice, &bytes);
        story
    }

    #[test]
    fn the_bytes_of_the_standard_pass() {
        story_of(b"MQTT", 4, 0x02).expect("MQTT-CONN-02", Verdict::Pass);
    }

    #[test]
    fn each_other_value_fails() {
        story_of(b"MQIsdp", 3, 0x02).expect("MQTT-CONN-02", Verdict::Fail);
        story_of(b"MQTT", 4, 0x03).expect("MQTT-CONN-02", Verdict::Fail);
        story_of(b"mqtt", 4, 0x02).expect("MQTT-CONN-02", Verdict::Fail);
        story_of(b"MQTT", 6, 0x02).expect("MQTT-CONN-02", Verdict::Fail);
    }

    #[test]
    fn no_connect_is_inconclusive() {
        Story::new().expect("MQTT-CONN-02", Verdict::Inconclusive);
    }
}
