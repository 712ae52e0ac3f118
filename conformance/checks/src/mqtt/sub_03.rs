//! MQTT-SUB-03: the device recovers when no SUBACK comes.

use std::time::Duration;

use nanorig_wire::mqtt::{Packet, Subscribe};

use crate::view::{At, Connection};
use crate::{Check, Finding, Tally, View};

pub(crate) const CHECK: Check = Check { id: "MQTT-SUB-03", always: false, judge };

/// A SUBACK that has not come for this long is missed.
const LATE: Duration = Duration::from_secs(5);
/// A device that has done nothing for this long waits for ever.
const RECOVERS_WITHIN: Duration = Duration::from_secs(120);

fn judge(view: &View<'_>) -> Finding {
    let mut tally = Tally::default();
    for connection in view.connections() {
        let mut seen: Vec<&Subscribe> = Vec::new();
        for (at, packet) in connection.sent() {
            let Packet::Subscribe(subscribe) = packet else { continue };
            let again = seen.iter().any(|earlier| is_repeated(earlier, subscribe));
            seen.push(subscribe);
            if !again {
                judge_request(view, connection, at, subscribe, &mut tally);
            }
        }
    }
    tally.finish(
        "the device recovered from SUBACKs that did not come",
        "the device waits for a SUBACK for ever",
        "every SUBACK came",
    )
}

/// The same request again, or a new one for one of its filters.
fn is_repeated(earlier: &Subscribe, later: &Subscribe) -> bool {
    let asked = |filter: &String| earlier.filters.iter().any(|(own, _)| own == filter);
    earlier.id == later.id || later.filters.iter().any(|(filter, _)| asked(filter))
}

fn judge_request(
    view: &View<'_>,
    connection: &Connection<'_>,
    at: At,
    subscribe: &Subscribe,
    tally: &mut Tally,
) {
    let answered = connection.received().find_map(|(when, packet)| match packet {
        Packet::SubAck(suback) if when > at && suback.id == subscribe.id => Some(when),
        _ => None,
    });
    if answered.is_some_and(|answered| answered.since(at) < LATE) {
        return;
    }
    let in_time = |when: At| when > at && when.since(at) <= RECOVERS_WITHIN;
    let before_answer = |when: At| in_time(when) && answered.is_none_or(|answered| when < answered);
    let again = connection.sent().find(|(when, packet)| {
        before_answer(*when) && matches!(packet, Packet::Subscribe(later) if is_repeated(subscribe, later))
    });
    if let Some((when, _)) = again {
        let waited = when.since(at).as_secs_f64();
        return tally.good(when, format!("SUBSCRIBE came again {waited:.1} s after the first one"));
    }
    match connection.closed_by_device().filter(|closed| before_answer(*closed)) {
        Some(closed) if view.told_to_leave(connection, closed) => {}
        Some(closed) => judge_return(view, connection, closed, tally),
        None => {
            let limit = at.time + RECOVERS_WITHIN;
            let waits = connection.lasts(at, RECOVERS_WITHIN, view.end()) && !answered.is_some_and(in_time);
            if waits && !view.cut_off(connection, at.time, limit) {
                tally.bad(at, "no SUBACK came for this, and nothing was done about it");
            }
        }
    }
}

/// Whoever gives the connection up makes another one.
fn judge_return(view: &View<'_>, connection: &Connection<'_>, closed: At, tally: &mut Tally) {
    match view.next_accepted(connection.service, closed).and_then(Connection::accepted) {
        Some(accepted) => tally.good(accepted, "a new session was made, because no SUBACK had come"),
        None if view.end().since(closed) > view.duration("cap") => {
            tally.bad(closed, "the session was given up for its SUBACK, and no new one was made");
        }
        None => {}
    }
}

#[cfg(test)]
mod tests {
    use nanorig_trace::event::{CloseHow, ConnId, Party};
    use nanorig_wire::mqtt::{QoS, SubAckCode};
    use serde_json::json;

    use crate::Verdict;
    use crate::testing::{FILTERS, Story};

    const GRANTED: [SubAckCode; 4] = [SubAckCode::Granted(QoS::AtLeastOnce); 4];

    fn asked() -> (Story, ConnId) {
        let mut story = Story::new();
        let conn = story.at(1.0).session(false);
        story.at(2.0).asks_for(conn, 1, FILTERS);
        (story, conn)
    }

    #[test]
    fn asking_again_passes_with_the_same_number_or_another() {
        for number in [1, 2] {
            let (mut story, conn) = asked();
            story.at(12.0).asks_for(conn, number, FILTERS).suback(conn, number, &GRANTED);
            story.at(200.0).leaves(conn);
            story.expect("MQTT-SUB-03", Verdict::Pass);
        }
    }

    #[test]
    fn giving_up_and_coming_back_passes_and_not_coming_back_fails() {
        let (mut story, conn) = asked();
        story.at(30.0).close(conn, Party::Device, CloseHow::Fin).at(35.0).session(false);
        story.expect("MQTT-SUB-03", Verdict::Pass);
        for (second, verdict) in [(630.0, Verdict::Inconclusive), (630.1, Verdict::Fail)] {
            let (mut story, conn) = asked();
            story.at(30.0).close(conn, Party::Device, CloseHow::Fin);
            story.at(second).hub_status("Failed", "timeout");
            story.expect("MQTT-SUB-03", verdict);
        }
    }

    #[test]
    fn waiting_for_two_minutes_fails() {
        for (second, verdict) in [(121.9, Verdict::Inconclusive), (122.0, Verdict::Fail)] {
            let (mut story, conn) = asked();
            story.at(second).cut(conn);
            story.expect("MQTT-SUB-03", verdict);
        }
    }

    #[test]
    fn a_link_that_is_lost_and_an_operator_who_closes_are_no_fault() {
        let (mut story, conn) = asked();
        story.at(3.0).stimulus("network", "partition", json!({ "for": 300_000_000 }));
        story.at(300.0).cut(conn);
        story.expect("MQTT-SUB-03", Verdict::Inconclusive);
        let (mut story, conn) = asked();
        story.at(20.0).action("hub.close", json!({})).leaves(conn).at(900.0).hub_status("Disconnected", "ok");
        story.expect("MQTT-SUB-03", Verdict::Inconclusive);
    }

    #[test]
    fn a_suback_that_comes_is_inconclusive() {
        for second in [2.1, 60.0] {
            let (mut story, conn) = asked();
            story.at(second).suback(conn, 1, &GRANTED).at(300.0).leaves(conn);
            story.expect("MQTT-SUB-03", Verdict::Inconclusive);
        }
    }
}
