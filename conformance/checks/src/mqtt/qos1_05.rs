//! MQTT-QOS1-05: every message at QoS 1 is acknowledged, wanted or not.

use nanorig_wire::mqtt::PacketId;

use crate::view::Connection;
use crate::{Check, Finding, Tally, View};

pub(crate) const CHECK: Check = Check { id: "MQTT-QOS1-05", always: true, judge };

fn judge(view: &View<'_>) -> Finding {
    let mut tally = Tally::default();
    for connection in view.connections() {
        judge_connection(view, connection, &mut tally);
    }
    tally.finish(
        "every message at QoS 1 was acknowledged in time",
        "a message at QoS 1 was not acknowledged in time",
        "no server sent a message at QoS 1",
    )
}

fn judge_connection(view: &View<'_>, connection: &Connection<'_>, tally: &mut Tally) {
    let limit = view.duration("ack_timeout");
    for (at, publish, acknowledged) in connection.acknowledgements() {
        let id = publish.id.map_or(0, PacketId::get);
        let deadline = at.time + limit;
        match acknowledged {
            Some(when) if when.since(at) <= limit => {
                tally.good(when, format!("PUBACK {id} after {:.3} s", when.since(at).as_secs_f64()));
            }
            _ if view.cut_off(connection, at.time, deadline) => {}
            Some(when) => tally.bad(when, format!("PUBACK {id} after {:.1} s", when.since(at).as_secs_f64())),
            None if connection.ended(view.end()).time > deadline => {
                tally.bad(at, format!("message {id} on {} was not acknowledged", publish.topic));
            }
            // The connection or the run ended first.
            None => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::Verdict;
    use crate::testing::Story;

    #[test]
    fn the_limits_come_in_pairs() {
        for (second, verdict) in [(24.9, Verdict::Pass), (25.1, Verdict::Fail)] {
            let mut story = Story::new();
            let conn = story.at(1.0).session(false);
            story.at(10.0).delivers(conn, "devices/nano-01/messages/devicebound/", "x", Some(9));
            story.at(second).acks(conn, 9);
            story.expect("MQTT-QOS1-05", verdict);
        }
    }

    #[test]
    fn no_puback_or_that_of_another_message_fails() {
        let mut story = Story::new();
        let conn = story.at(1.0).session(false);
        story.at(10.0).delivers(conn, "unknown/topic", "x", Some(9)).acks(conn, 8).at(26.0).leaves(conn);
        story.expect("MQTT-QOS1-05", Verdict::Fail);
    }

    #[test]
    fn a_connection_that_ends_first_is_inconclusive() {
        let mut story = Story::new();
        let conn = story.at(1.0).session(false);
        story.at(10.0).delivers(conn, "unknown/topic", "x", Some(9)).at(24.0).cut(conn);
        story.expect("MQTT-QOS1-05", Verdict::Inconclusive);
    }
}
