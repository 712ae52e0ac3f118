//! TLS-REC-05: the end of TCP without close_notify is a truncation.

use nanorig_trace::event::{CloseHow, Party};

use super::delivery::uncarried;
use crate::view::{At, Connection};
use crate::{Check, Finding, Tally, View};

pub(crate) const CHECK: Check = Check { id: "TLS-REC-05", always: true, judge };

fn judge(view: &View<'_>) -> Finding {
    let [mut within, mut between] = [Tally::default(), Tally::default()];
    for connection in view.connections().iter().filter(|connection| is_session(connection)) {
        let truncated =
            connection.closed.filter(|closed| closed.by == Party::Server && closed.how == CloseHow::Fin);
        let Some(closed) = truncated.map(|closed| closed.at) else { continue };
        let last = connection.to_device().next_back();
        match last.is_some_and(|packet| matches!(packet.mqtt, Some(Err(_)))) {
            true => judge_end(view, connection, closed, "within a message", &mut within),
            false => judge_end(view, connection, closed, "between messages", &mut between),
        }
    }
    let half = within.is_empty() || between.is_empty();
    let mut tally = within;
    tally.absorb(between);
    if half && !tally.has_bad() {
        return Finding::inconclusive("it takes an end of TCP within a message and one between two messages");
    }
    tally.finish(
        "the device took nothing that was cut off, and connected again",
        "a truncation was not handled as it should be",
        "no server ended TCP without close_notify",
    )
}

/// A device that has its assignment needs no further session at DPS.
fn is_session(connection: &Connection<'_>) -> bool {
    connection.tls.is_some() && connection.accepted().is_some() && connection.service != "dps"
}

fn judge_end(view: &View<'_>, connection: &Connection<'_>, closed: At, what: &str, tally: &mut Tally) {
    let again = view.connections_to(connection.service).find(|other| other.opened > closed);
    let until = again.map_or(view.end(), |again| again.opened);
    if let Some((crashed, how)) = view.crash_between(closed, until.time) {
        return tally.bad(crashed, format!("{how}, after the end of TCP {what}"));
    }
    if let Some(got) = uncarried(view, closed, until.time, |_| true) {
        return tally.bad(got, "the application got a message that was cut off");
    }
    if view.told_between(closed, until) || view.told_to_leave(connection, until) {
        return;
    }
    match again {
        Some(again) => tally.good(again.opened, format!("connects again after the end of TCP {what}")),
        None if view.cut_off(connection, closed.time, view.end().time) => {}
        None if view.end().since(closed) > view.duration("cap") => {
            tally.bad(closed, format!("does not connect again after the end of TCP {what}"));
        }
        None => {}
    }
}

#[cfg(test)]
mod tests {
    use nanorig_trace::event::{DeviceEvent, Direction};
    use nanorig_wire::mqtt::Packet;
    use serde_json::json;

    use super::*;
    use crate::Verdict;
    use crate::testing::{Story, message};

    const TOPIC: &str = "devices/nano-01/messages/devicebound/";

    /// A session that ends within a message, and with `both` one that ends behind it.
    fn truncated(both: bool) -> Story {
        let mut story = Story::new();
        let whole =
            Packet::Publish(message(TOPIC, "open the door not", Some(7))).to_bytes().expect("it is one");
        let conn = story.at(1.0).session(false);
        story.at(2.0).raw(conn, Direction::ToDevice, &whole[..whole.len() - 4]);
        story.close(conn, Party::Server, CloseHow::Fin);
        if both {
            let conn = story.at(5.0).session(true);
            story.at(6.0).delivers(conn, TOPIC, "open the door not", Some(7));
            story.at(7.0).close(conn, Party::Server, CloseHow::Fin);
        }
        story
    }

    fn gets(story: &mut Story, text: &str) {
        let properties = serde_json::Value::Null;
        story.event(DeviceEvent::C2d { properties, body: text.as_bytes().into() });
    }

    #[test]
    fn connecting_again_passes_when_both_were_met() {
        let mut story = truncated(true);
        gets(story.at(7.1), "open the door not");
        story.at(20.0).session(true);
        story.expect("TLS-REC-05", Verdict::Pass);
        let mut story = truncated(false);
        story.at(20.0).session(true);
        story.expect("TLS-REC-05", Verdict::Inconclusive);
    }

    #[test]
    fn a_message_that_was_cut_off_must_not_be_delivered() {
        let mut story = truncated(false);
        gets(story.at(2.1), "open the door");
        story.at(20.0).session(true);
        story.expect("TLS-REC-05", Verdict::Fail);
    }

    #[test]
    fn staying_away_fails_when_there_was_time() {
        for (second, verdict) in [(602.0, Verdict::Inconclusive), (602.1, Verdict::Fail)] {
            let mut story = truncated(false);
            story.at(second).hub_status("Disconnected", "network");
            story.expect("TLS-REC-05", verdict);
        }
    }

    #[test]
    fn an_end_in_order_and_one_that_the_operator_follows_show_nothing() {
        let mut story = Story::new();
        let conn = story.at(1.0).session(false);
        story
            .at(2.0)
            .close(conn, Party::Server, CloseHow::Orderly)
            .at(900.0)
            .hub_status("Disconnected", "ok");
        story.expect("TLS-REC-05", Verdict::Inconclusive);
        let mut story = truncated(false);
        story.at(2.1).action("hub.close", json!({})).at(900.0).hub_status("Disconnected", "ok");
        story.expect("TLS-REC-05", Verdict::Inconclusive);
    }
}
