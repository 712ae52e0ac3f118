//! MQTT-ORDER-01: messages are sent again in their order and acknowledged in the order of their arrival.

use nanorig_wire::mqtt::{PacketId, QoS};

use crate::view::{At, Connection};
use crate::{Check, Finding, Tally, View};

pub(crate) const CHECK: Check = Check { id: "MQTT-ORDER-01", always: true, judge };

fn judge(view: &View<'_>) -> Finding {
    let mut tally = Tally::default();
    for connection in view.connections() {
        acknowledgements(connection, &mut tally);
    }
    for pair in view.successions("hub").into_iter().filter(|pair| pair.after.session_present()) {
        repetitions(pair.before, pair.after, &mut tally);
    }
    tally.finish(
        "messages and acknowledgements kept their order",
        "messages or acknowledgements came out of order",
        "never were two messages on their way at once",
    )
}

/// PUBACKs come in the order of the messages (MQTT-4.6.0-2).
fn acknowledgements(connection: &Connection<'_>, tally: &mut Tally) {
    let acks: Vec<(At, PacketId)> = connection.pubacks_sent().collect();
    let mut used = vec![false; acks.len()];
    let mut latest: Option<usize> = None;
    for (at, publish) in connection.delivered().filter(|(_, publish)| publish.qos == QoS::AtLeastOnce) {
        let place = (0..acks.len())
            .find(|&place| !used[place] && acks[place].0 > at && Some(acks[place].1) == publish.id);
        let Some(place) = place else { continue };
        used[place] = true;
        let (when, id) = acks[place];
        // Only what was open at the same time has an order to keep; one at a time keeps any.
        if let Some(before) = latest.filter(|before| acks[*before].0 > at || place < *before) {
            if place < before {
                tally.bad(when, format!("PUBACK {id} comes before that of an earlier message"));
            } else {
                tally.good(when, format!("PUBACK {id} follows that of the message before"));
            }
        }
        latest = Some(latest.map_or(place, |before| before.max(place)));
    }
}

/// A resumed session repeats in the order of the first sending (MQTT-4.6.0-1).
fn repetitions(before: &Connection<'_>, after: &Connection<'_>, tally: &mut Tally) {
    let first: Vec<Option<PacketId>> = before
        .published()
        .filter(|(_, publish)| publish.qos == QoS::AtLeastOnce)
        .map(|(_, publish)| publish.id)
        .collect();
    let again = after.published().filter(|(_, publish)| publish.dup);
    let mut furthest: Option<usize> = None;
    for (at, publish) in again {
        let Some(place) = first.iter().rposition(|id| *id == publish.id) else { continue };
        let id = publish.id.map_or(0, PacketId::get);
        match furthest {
            Some(other) if place < other => {
                tally.bad(at, format!("message {id} is sent again after a later one"))
            }
            Some(_) => tally.good(at, format!("message {id} is sent again in its order")),
            None => {}
        }
        furthest = furthest.max(Some(place));
    }
}

#[cfg(test)]
mod tests {
    use nanorig_wire::mqtt::Packet;

    use crate::Verdict;
    use crate::testing::{Story, message};

    fn acknowledged(order: [u16; 3]) -> Story {
        let mut story = Story::new();
        let conn = story.at(1.0).session(false);
        for number in 1..=3 {
            story.delivers(conn, "devices/nano-01/messages/devicebound/", "x", Some(number));
        }
        for number in order {
            story.acks(conn, number);
        }
        story
    }

    #[test]
    fn acknowledging_in_order_passes_and_otherwise_fails() {
        acknowledged([1, 2, 3]).expect("MQTT-ORDER-01", Verdict::Pass);
        acknowledged([3, 2, 1]).expect("MQTT-ORDER-01", Verdict::Fail);
        acknowledged([1, 3, 2]).expect("MQTT-ORDER-01", Verdict::Fail);
    }

    #[test]
    fn repeating_in_order_passes_and_otherwise_fails() {
        for (order, verdict) in [([1, 2], Verdict::Pass), ([2, 1], Verdict::Fail)] {
            let mut story = Story::new();
            let conn = story.at(1.0).session(false);
            story.telemetry(conn, 1, "a").telemetry(conn, 2, "b").cut(conn);
            let conn = story.at(5.0).session(true);
            for number in order {
                let mut publish = message("devices/nano-01/messages/events/", "a", Some(number));
                publish.dup = true;
                story.sends(conn, &Packet::Publish(publish));
            }
            story.expect("MQTT-ORDER-01", verdict);
        }
    }

    #[test]
    fn one_at_a_time_is_inconclusive() {
        let mut story = Story::new();
        let conn = story.at(1.0).session(false);
        for number in 1..=3 {
            story
                .delivers(conn, "devices/nano-01/messages/devicebound/", "x", Some(number))
                .acks(conn, number);
        }
        story.expect("MQTT-ORDER-01", Verdict::Inconclusive);
    }
}
