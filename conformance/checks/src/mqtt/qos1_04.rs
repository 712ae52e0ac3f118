//! MQTT-QOS1-04: what is repeated on the living connection keeps its identifier and has DUP.

use std::time::Duration;

use nanorig_trace::event::Direction;
use nanorig_wire::hub::PropertyBag;
use nanorig_wire::mqtt::{Packet, PacketId, Publish, QoS};

use crate::view::{At, Connection};
use crate::{Check, Finding, Tally, View};

pub(crate) const CHECK: Check = Check { id: "MQTT-QOS1-04", always: false, judge };

/// A server that withholds a PUBACK for this long gives a reason to repeat.
const WITHHELD: Duration = Duration::from_secs(15);

/// A message that its server has not acknowledged.
struct Waiting<'c> {
    since: At,
    publish: &'c Publish,
    repeated: bool,
}

fn judge(view: &View<'_>) -> Finding {
    let mut tally = Tally::default();
    let names = numbering(view);
    for connection in view.connections() {
        judge_connection(view, connection, &names, &mut tally);
    }
    tally.finish(
        "what was repeated on the living connection had its identifier and DUP, and nothing has to be",
        "a message was repeated on the living connection with another identifier or without DUP",
        "no server withheld a PUBACK, and nothing was repeated",
    )
}

/// Properties that number the application's messages, each given by one call: two such messages are never alike.
fn numbering<'t>(view: &View<'t>) -> Vec<&'t str> {
    let names: Vec<&str> = view
        .calls()
        .iter()
        .filter(|call| call.name == "telemetry.send")
        .filter_map(|call| call.args.get("sequence")?.as_str())
        .collect();
    names.iter().copied().filter(|name| names.iter().filter(|other| *other == name).count() == 1).collect()
}

fn judge_connection(view: &View<'_>, connection: &Connection<'_>, names: &[&str], tally: &mut Tally) {
    let numbered: Vec<At> =
        connection.telemetry().filter(|(_, bag, _)| is_numbered(bag, names)).map(|(at, ..)| at).collect();
    let mut waiting: Vec<Waiting<'_>> = Vec::new();
    for packet in &connection.packets {
        match (packet.direction, packet.decoded()) {
            (Direction::FromDevice, Some((at, Packet::Publish(publish))))
                if publish.qos == QoS::AtLeastOnce =>
            {
                let again = waiting.iter_mut().find(|message| {
                    let same =
                        message.publish.topic == publish.topic && message.publish.payload == publish.payload;
                    let marked = publish.dup && message.publish.id == publish.id;
                    same && (marked || numbered.contains(&at))
                });
                match again {
                    Some(message) => judge_repetition(message, at, publish, tally),
                    None => {
                        // An identifier that is used again although it is not free is judged elsewhere.
                        waiting.retain(|message| message.publish.id != publish.id);
                        waiting.push(Waiting { since: at, publish, repeated: false });
                    }
                }
            }
            (Direction::ToDevice, Some((at, Packet::PubAck(id)))) => {
                let known = waiting.iter().position(|message| message.publish.id == Some(*id));
                if let Some(message) = known.map(|place| waiting.remove(place)) {
                    judge_wait(view, connection, &message, at, tally);
                }
            }
            _ => {}
        }
    }
    for message in &waiting {
        judge_wait(view, connection, message, connection.ended(view.end()), tally);
    }
}

fn is_numbered(bag: &PropertyBag, names: &[&str]) -> bool {
    bag.application().any(|(name, _)| names.contains(&name))
}

fn judge_repetition(message: &mut Waiting<'_>, at: At, publish: &Publish, tally: &mut Tally) {
    message.repeated = true;
    let (id, own) = (number(publish), number(message.publish));
    let after = at.since(message.since).as_secs_f64();
    if id != own {
        tally.bad(at, format!("message {own} is repeated as message {id} after {after:.1} s"));
    } else if publish.dup {
        tally.good(at, format!("message {own} is repeated with DUP after {after:.1} s"));
    } else {
        tally.bad(at, format!("message {own} is repeated without DUP after {after:.1} s"));
    }
}

fn judge_wait(
    view: &View<'_>,
    connection: &Connection<'_>,
    message: &Waiting<'_>,
    until: At,
    tally: &mut Tally,
) {
    let from = message.since.time;
    let withheld = until.since(message.since) >= WITHHELD && !view.cut_off(connection, from, from + WITHHELD);
    if withheld && !message.repeated {
        let span = until.since(message.since).as_secs();
        let text =
            format!("message {} got no PUBACK for {span} s and was not repeated", number(message.publish));
        tally.good(message.since, text);
    }
}

fn number(publish: &Publish) -> u16 {
    publish.id.map_or(0, PacketId::get)
}

#[cfg(test)]
mod tests {
    use nanorig_trace::event::{ConnId, NetworkEvent};
    use nanorig_wire::mqtt::Packet;
    use serde_json::json;

    use crate::Verdict;
    use crate::testing::{Story, message};

    const TOPIC: &str = "devices/nano-01/messages/events/number=1";

    /// A message whose PUBACK is due, out of a numbered series.
    fn sent() -> (Story, ConnId) {
        let mut story = Story::new();
        let conn = story.at(1.0).session(false);
        story.action("telemetry.send", json!({ "sequence": "number" }));
        story.at(10.0).publishes(conn, TOPIC, "x", Some(1));
        (story, conn)
    }

    fn again(story: &mut Story, conn: ConnId, number: u16, dup: bool) {
        let mut publish = message(TOPIC, "x", Some(number));
        publish.dup = dup;
        story.sends(conn, &Packet::Publish(publish));
    }

    #[test]
    fn the_same_identifier_with_dup_passes() {
        let (mut story, conn) = sent();
        again(story.at(11.0), conn, 1, true);
        story.puback(conn, 1);
        story.expect("MQTT-QOS1-04", Verdict::Pass);
    }

    #[test]
    fn another_identifier_or_no_dup_fails() {
        for (number, dup) in [(2, false), (2, true), (1, false)] {
            let (mut story, conn) = sent();
            again(story.at(30.0), conn, number, dup);
            story.puback(conn, number);
            story.expect("MQTT-QOS1-04", Verdict::Fail);
        }
    }

    #[test]
    fn no_repetition_passes_once_there_was_a_reason_for_one() {
        for (second, verdict) in [(24.9, Verdict::Inconclusive), (25.0, Verdict::Pass)] {
            let (mut story, conn) = sent();
            story.at(second).puback(conn, 1);
            story.expect("MQTT-QOS1-04", verdict);
            let (mut story, conn) = sent();
            story.at(second).cut(conn);
            story.expect("MQTT-QOS1-04", verdict);
        }
    }

    #[test]
    fn a_link_that_is_down_withholds_nothing() {
        let (mut story, conn) = sent();
        let partition = |on| NetworkEvent::Link { fault: "partition".into(), on };
        story.at(12.0).event(partition(true)).at(20.0).event(partition(false)).at(40.0).puback(conn, 1);
        story.expect("MQTT-QOS1-04", Verdict::Inconclusive);
    }

    #[test]
    fn another_message_with_the_same_body_is_no_repetition() {
        let mut story = Story::new();
        let conn = story.at(1.0).session(false);
        story.telemetry(conn, 1, "{}").at(3.0).telemetry(conn, 2, "{}").puback(conn, 1).puback(conn, 2);
        story.expect("MQTT-QOS1-04", Verdict::Inconclusive);
        // Not even under its identifier: that one is not free, which is another requirement.
        let mut story = Story::new();
        let conn = story.at(1.0).session(false);
        story.telemetry(conn, 1, "{}").at(3.0).telemetry(conn, 1, "{}").puback(conn, 1);
        story.expect("MQTT-QOS1-04", Verdict::Inconclusive);
        // Two series that begin with the same number.
        let (mut story, conn) = sent();
        story.action("telemetry.send", json!({ "sequence": "number" }));
        again(&mut story, conn, 2, false);
        story.puback(conn, 1).puback(conn, 2);
        story.expect("MQTT-QOS1-04", Verdict::Inconclusive);
    }

    #[test]
    fn what_a_resumed_session_sends_again_is_none() {
        let (mut story, conn) = sent();
        story.at(11.0).cut(conn);
        let conn = story.at(15.0).session(true);
        again(&mut story, conn, 2, false);
        story.puback(conn, 2);
        story.expect("MQTT-QOS1-04", Verdict::Inconclusive);
    }
}
