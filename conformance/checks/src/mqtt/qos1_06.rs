//! MQTT-QOS1-06: a message that comes again is acknowledged again.

use nanorig_wire::mqtt::PacketId;

use crate::view::Connection;
use crate::{Check, Finding, Tally, View};

pub(crate) const CHECK: Check = Check { id: "MQTT-QOS1-06", always: false, judge };

fn judge(view: &View<'_>) -> Finding {
    let mut tally = Tally::default();
    for connection in view.connections() {
        judge_connection(view, connection, &mut tally);
    }
    tally.finish(
        "what came again was acknowledged again",
        "a message that came again was not acknowledged",
        "no message at QoS 1 came again",
    )
}

fn judge_connection(view: &View<'_>, connection: &Connection<'_>, tally: &mut Tally) {
    let limit = view.duration("ack_timeout");
    for (at, publish, acknowledged) in connection.acknowledgements() {
        if !publish.dup {
            continue;
        }
        let id = publish.id.map_or(0, PacketId::get);
        let deadline = at.time + limit;
        match acknowledged {
            Some(when) => tally.good(when, format!("message {id} was acknowledged again")),
            None if connection.closed_by_device().is_some_and(|closed| closed.time <= deadline)
                && connection.disconnect().is_none() =>
            {
                tally.bad(at, format!("the device closed over message {id}, which came again"));
            }
            None if connection.ended(view.end()).time > deadline
                && !view.cut_off(connection, at.time, deadline) =>
            {
                tally.bad(at, format!("message {id} came again and was not acknowledged"));
            }
            None => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use nanorig_wire::mqtt::Packet;

    use crate::Verdict;
    use crate::testing::{Story, message};

    fn redelivered(acks: usize) -> Story {
        let mut story = Story::new();
        let conn = story.at(1.0).session(false);
        let mut publish = message("devices/nano-01/messages/devicebound/", "x", Some(3));
        story.at(2.0).receives(conn, &Packet::Publish(publish.clone()));
        publish.dup = true;
        story.receives(conn, &Packet::Publish(publish)).at(3.0);
        for _ in 0..acks {
            story.acks(conn, 3);
        }
        story.at(30.0).leaves(conn);
        story
    }

    #[test]
    fn two_acknowledgements_pass_and_one_fails() {
        redelivered(2).expect("MQTT-QOS1-06", Verdict::Pass);
        redelivered(1).expect("MQTT-QOS1-06", Verdict::Fail);
    }

    #[test]
    fn no_repetition_is_inconclusive() {
        let mut story = Story::new();
        let conn = story.at(1.0).session(false);
        story.delivers(conn, "devices/nano-01/messages/devicebound/", "x", Some(3)).acks(conn, 3);
        story.expect("MQTT-QOS1-06", Verdict::Inconclusive);
    }
}
