//! MQTT-CONN-03: flags and fields of CONNECT agree.

use nanorig_wire::mqtt::PacketType;

use crate::{Check, Finding, Tally, View};

pub(crate) const CHECK: Check = Check { id: "MQTT-CONN-03", always: true, judge };

/// These are judged by MQTT-CONN-02.
const ELSEWHERE: &[&str] = &["MQTT-3.1.2-1", "MQTT-3.1.2-2", "MQTT-3.1.2-3"];

fn judge(view: &View<'_>) -> Finding {
    let mut tally = Tally::default();
    for connection in view.connections() {
        // Whatever the strict decoder stumbles over: a flag without its field, a field without its flag,
        // fields in another order, a password without a user name.
        for (at, error) in connection.malformed(PacketType::Connect) {
            if !ELSEWHERE.contains(&error.clause) {
                tally.bad(at, error.to_string());
            }
        }
        if let Some((at, connect)) = connection.connect() {
            let part = |there: bool, name: &'static str| there.then_some(name);
            let parts = [
                part(connect.will.is_some(), "will"),
                part(connect.username.is_some(), "user name"),
                part(connect.password.is_some(), "password"),
            ];
            let parts: Vec<&str> = parts.into_iter().flatten().collect();
            tally.good(at, format!("client id and [{}], as the flags say", parts.join(", ")));
        }
    }
    tally.finish(
        "flags and fields of every CONNECT agree",
        "flags and fields of a CONNECT do not agree",
        "no CONNECT was seen",
    )
}

#[cfg(test)]
mod tests {
    use nanorig_trace::event::Direction;

    use crate::Verdict;
    use crate::testing::Story;

    fn story_of(flags: u8, payload: &[u8]) -> Story {
        let mut story = Story::new();
        let conn = story.at(1.0).secure("hub");
        let head =
            [0x10, u8::try_from(10 + payload.len()).unwrap(), 0, 4, b'M', b'Q', b'T', b'T', 4, flags, 0, 60];
        story.raw(conn, Direction::FromDevice, &[&head, payload].concat());
        story
    }

    #[test]
    fn user_name_and_password_as_announced_pass() {
        story_of(0xc2, b"\0\x01d\0\x01u\0\x01p").expect("MQTT-CONN-03", Verdict::Pass);
        story_of(0x02, b"\0\x01d").expect("MQTT-CONN-03", Verdict::Pass);
    }

    #[test]
    fn disagreement_fails() {
        // Password without user name, user name missing, a field nobody announced, will QoS without will.
        story_of(0x42, b"\0\x01d\0\x01p").expect("MQTT-CONN-03", Verdict::Fail);
        story_of(0x82, b"\0\x01d").expect("MQTT-CONN-03", Verdict::Fail);
        story_of(0x02, b"\0\x01d\0\x01u").expect("MQTT-CONN-03", Verdict::Fail);
        story_of(0x0a, b"\0\x01d").expect("MQTT-CONN-03", Verdict::Fail);
    }

    #[test]
    fn a_handshake_alone_is_inconclusive() {
        let mut story = Story::new();
        story.at(1.0).secure("hub");
        story.expect("MQTT-CONN-03", Verdict::Inconclusive);
    }
}
