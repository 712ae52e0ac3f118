//! MQTT-SUB-01: SUBSCRIBE and UNSUBSCRIBE are formed properly.

use nanorig_wire::mqtt::{Packet, PacketType};

use crate::{Check, Finding, Tally, View};

pub(crate) const CHECK: Check = Check { id: "MQTT-SUB-01", always: true, judge };

fn judge(view: &View<'_>) -> Finding {
    let mut tally = Tally::default();
    for connection in view.connections() {
        for of in [PacketType::Subscribe, PacketType::Unsubscribe] {
            for (at, error) in connection.malformed(of) {
                tally.bad(at, format!("{of}: {error}"));
            }
        }
        for (at, packet) in connection.sent() {
            if let Packet::Subscribe(_) | Packet::Unsubscribe(_) = packet {
                tally.good(at, packet.to_string());
            }
        }
    }
    tally.finish(
        "SUBSCRIBE and UNSUBSCRIBE are as the standard says",
        "a SUBSCRIBE or UNSUBSCRIBE is malformed",
        "the device did not subscribe to anything",
    )
}

#[cfg(test)]
mod tests {
    use nanorig_trace::event::Direction;

    use crate::Verdict;
    use crate::testing::Story;

    fn sent(bytes: &[u8]) -> Story {
        let mut story = Story::new();
        let conn = story.at(1.0).session(false);
        story.raw(conn, Direction::FromDevice, bytes);
        story
    }

    #[test]
    fn the_bytes_of_the_standard_pass() {
        sent(&[0x82, 6, 0, 1, 0, 1, b'a', 1]).expect("MQTT-SUB-01", Verdict::Pass);
        sent(&[0xa2, 5, 0, 1, 0, 1, b'a']).expect("MQTT-SUB-01", Verdict::Pass);
    }

    #[test]
    fn wrong_flags_and_no_filter_fail() {
        sent(&[0x80, 6, 0, 1, 0, 1, b'a', 1]).expect("MQTT-SUB-01", Verdict::Fail);
        sent(&[0x82, 2, 0, 1]).expect("MQTT-SUB-01", Verdict::Fail);
        sent(&[0xa0, 5, 0, 1, 0, 1, b'a']).expect("MQTT-SUB-01", Verdict::Fail);
        sent(&[0xa2, 2, 0, 1]).expect("MQTT-SUB-01", Verdict::Fail);
    }

    #[test]
    fn a_session_alone_is_inconclusive() {
        let mut story = Story::new();
        story.at(1.0).session(false);
        story.expect("MQTT-SUB-01", Verdict::Inconclusive);
    }
}
