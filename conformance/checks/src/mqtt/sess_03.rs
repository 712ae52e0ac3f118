//! MQTT-SESS-03: a clean session uses nothing of the one before.

use std::collections::BTreeSet;
use std::time::Duration;

use nanorig_trace::event::Direction;
use nanorig_wire::mqtt::{Packet, PacketId, QoS};

use crate::view::{Connection, Succession};
use crate::{Check, Finding, Tally, View};

pub(crate) const CHECK: Check = Check { id: "MQTT-SESS-03", always: false, judge };

/// What a device has kept it sends by then.
const RESENDS_WITHIN: Duration = Duration::from_secs(10);

fn judge(view: &View<'_>) -> Finding {
    let mut tally = Tally::default();
    for pair in view.successions("hub") {
        let clean = pair.after.connect().is_some_and(|(_, connect)| connect.clean_session);
        // Memory does not outlive a start.
        if clean && !view.boots_between(pair.before.opened, pair.after.opened) {
            judge_session(view, &pair, &mut tally);
        }
    }
    tally.finish(
        "clean sessions began without anything of the session before",
        "a clean session went on with messages of the session before",
        "no clean session followed one that was cut with messages in flight",
    )
}

/// What a session had begun by its end: identifiers of either side's messages.
#[derive(Default)]
struct Begun {
    /// Of the device's messages, finished or not: the device may not know that they are.
    published: BTreeSet<PacketId>,
    /// Of those that the server did not acknowledge.
    unfinished: BTreeSet<PacketId>,
    /// Of messages that the device did not acknowledge.
    owed: BTreeSet<PacketId>,
}

impl Begun {
    fn by_the_end_of(connection: &Connection<'_>) -> Self {
        let mut begun = Self::default();
        for packet in &connection.packets {
            match (packet.direction, packet.decoded()) {
                (Direction::FromDevice, Some((_, Packet::Publish(publish))))
                    if publish.qos != QoS::AtMostOnce =>
                {
                    begun.published.extend(publish.id);
                    begun.unfinished.extend(publish.id);
                }
                (Direction::ToDevice, Some((_, Packet::PubAck(id) | Packet::PubComp(id)))) => {
                    begun.unfinished.remove(id);
                }
                (Direction::ToDevice, Some((_, Packet::Publish(publish)))) => begun.owed.extend(publish.id),
                (Direction::FromDevice, Some((_, Packet::PubAck(id)))) => {
                    begun.owed.remove(id);
                }
                _ => {}
            }
        }
        begun
    }
}

fn judge_session(view: &View<'_>, pair: &Succession<'_, '_>, tally: &mut Tally) {
    let (begun, after) = (Begun::by_the_end_of(pair.before), pair.after);
    let Some(accepted) = after.accepted() else { return };
    if begun.unfinished.is_empty() && begun.owed.is_empty() {
        return;
    }
    let mut here = Begun::default();
    let mut clean = true;
    for packet in &after.packets {
        let Some((at, content)) = packet.decoded() else { continue };
        let old = match (packet.direction, content) {
            (Direction::ToDevice, Packet::Publish(publish)) => {
                here.owed.extend(publish.id);
                None
            }
            (Direction::FromDevice, Packet::Publish(publish)) => {
                let known = publish.id.is_some_and(|id| !here.published.insert(id));
                let repeats = publish.dup && !known;
                publish
                    .id
                    .filter(|id| repeats && begun.published.contains(id))
                    .map(|id| (id, "PUBLISH with DUP"))
            }
            (Direction::FromDevice, Packet::PubRel(id)) if !here.published.contains(id) => {
                Some((*id, "PUBREL"))
            }
            (Direction::FromDevice, Packet::PubAck(id)) if !here.owed.contains(id) => {
                Some((*id, "PUBACK")).filter(|_| begun.owed.contains(id))
            }
            _ => None,
        };
        if let Some((id, what)) = old {
            clean = false;
            tally.bad(at, format!("{what} for identifier {} of the session before", id.get()));
        }
    }
    // A link that loses what the device sends hides what it would have sent again.
    let seen = after.from_device().any(|packet| packet.at > accepted);
    if clean && seen && after.lasts(accepted, RESENDS_WITHIN, view.end()) {
        let left = begun.unfinished.len() + begun.owed.len();
        tally
            .good(accepted, format!("connection {} began clean, with {left} messages left before", after.id));
    }
}

#[cfg(test)]
mod tests {
    use nanorig_trace::event::ConnId;
    use nanorig_wire::mqtt::{Connect, Packet};

    use crate::Verdict;
    use crate::testing::{FILTERS, Story, hub_connect, id, message};

    const TOPIC: &str = "devices/nano-01/messages/events/";
    const INBOX: &str = "devices/nano-01/messages/devicebound/";

    fn clean() -> Connect {
        Connect { clean_session: true, ..hub_connect() }
    }

    /// A message of each side is not acknowledged when the connection is cut, and the next session is clean.
    fn cut_in_flight() -> (Story, ConnId) {
        let mut story = Story::new();
        let conn = story.at(1.0).session_with("hub", clean(), false);
        story.subscribe(conn, 1, FILTERS);
        story.publishes(conn, TOPIC, "a", Some(7)).delivers(conn, INBOX, "x", Some(3));
        story.at(2.0).cut(conn);
        let conn = story.at(5.0).session_with("hub", clean(), false);
        story.subscribe(conn, 1, FILTERS);
        (story, conn)
    }

    fn ends(mut story: Story, conn: ConnId, verdict: Verdict) {
        story.at(60.0).leaves(conn);
        story.expect("MQTT-SESS-03", verdict);
    }

    #[test]
    fn beginning_anew_passes_though_a_new_message_has_an_old_number() {
        let (mut story, conn) = cut_in_flight();
        story.publishes(conn, TOPIC, "a", Some(7)).puback(conn, 7);
        ends(story, conn, Verdict::Pass);
    }

    #[test]
    fn repeating_a_new_message_passes() {
        let (mut story, conn) = cut_in_flight();
        story.publishes(conn, TOPIC, "a", Some(7));
        let mut again = message(TOPIC, "a", Some(7));
        again.dup = true;
        story.at(30.0).sends(conn, &Packet::Publish(again));
        ends(story, conn, Verdict::Pass);
    }

    #[test]
    fn repetitions_and_acknowledgements_of_old_messages_fail() {
        let mut again = message(TOPIC, "a", Some(7));
        again.dup = true;
        for packet in [Packet::Publish(again), Packet::PubRel(id(7)), Packet::PubAck(id(3))] {
            let (mut story, conn) = cut_in_flight();
            story.sends(conn, &packet);
            ends(story, conn, Verdict::Fail);
        }
    }

    #[test]
    fn a_short_session_or_one_that_is_not_clean_is_inconclusive() {
        let (mut story, conn) = cut_in_flight();
        story.at(14.9).cut(conn);
        story.expect("MQTT-SESS-03", Verdict::Inconclusive);
        let mut story = Story::new();
        let conn = story.at(1.0).session(false);
        story.publishes(conn, TOPIC, "a", Some(7)).at(2.0).cut(conn);
        let conn = story.at(5.0).session(true);
        ends(story, conn, Verdict::Inconclusive);
    }

    #[test]
    fn nothing_in_flight_is_inconclusive() {
        let mut story = Story::new();
        let conn = story.at(1.0).session_with("hub", clean(), false);
        story.publishes(conn, TOPIC, "a", Some(7)).puback(conn, 7).at(2.0).cut(conn);
        let conn = story.at(5.0).session_with("hub", clean(), false);
        story.subscribe(conn, 1, FILTERS);
        ends(story, conn, Verdict::Inconclusive);
    }
}
