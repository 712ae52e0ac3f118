//! MQTT-SUB-04: a message that comes before its SUBACK is taken.

use std::time::Duration;

use nanorig_trace::event::DeviceEvent;
use nanorig_wire::hub::HubDelivery;
use nanorig_wire::mqtt::{Publish, TopicFilter};

use crate::view::{At, Connection};
use crate::{Check, Finding, Tally, View};

pub(crate) const CHECK: Check = Check { id: "MQTT-SUB-04", always: false, judge };

/// The device has handled the message by then.
const HANDLES_WITHIN: Duration = Duration::from_secs(30);

fn judge(view: &View<'_>) -> Finding {
    let mut tally = Tally::default();
    for connection in view.connections() {
        for (at, publish) in connection.delivered() {
            if is_early(connection, at, publish) {
                judge_message(view, connection, at, publish, &mut tally);
            }
        }
    }
    tally.finish(
        "messages that came before their SUBACK were taken",
        "a message that came before its SUBACK was lost",
        "no message came before its SUBACK",
    )
}

/// The filter that the message came for was asked for and not answered yet, and no other filter covers it.
fn is_early(connection: &Connection<'_>, at: At, publish: &Publish) -> bool {
    let matching: Vec<_> = connection
        .subscriptions()
        .into_iter()
        .filter(|subscription| subscription.at < at)
        .filter(|subscription| {
            TopicFilter::new(subscription.filter).is_ok_and(|filter| filter.matches(&publish.topic))
        })
        .map(|subscription| subscription.answer.is_none_or(|(answered, _)| answered > at))
        .collect();
    !matching.is_empty() && matching.iter().all(|early| *early)
}

fn judge_message(view: &View<'_>, connection: &Connection<'_>, at: At, publish: &Publish, tally: &mut Tally) {
    let soon = |when: At| when > at && when.since(at) <= HANDLES_WITHIN;
    if let Some(closed) =
        connection.closed_by_device().filter(|closed| soon(*closed) && connection.disconnect().is_none())
    {
        return tally.bad(closed, format!("closed over a message on {} before its SUBACK", publish.topic));
    }
    let handled = match connection.identity().and_then(|own| HubDelivery::parse(&publish.topic, &own).ok()) {
        Some(HubDelivery::Method { rid, .. }) => {
            let answers = connection.method_answers();
            answers
                .iter()
                .find(|answer| soon(answer.at) && nanorig_wire::hub::is_same_rid(&rid, &answer.rid))
                .map(|answer| answer.at)
        }
        Some(what) => view
            .device_events()
            .find(|(when, event)| soon(*when) && is_handled(&what, event, publish))
            .map(|(when, _)| when),
        None => connection
            .pubacks_sent()
            .find(|(when, id)| soon(*when) && Some(*id) == publish.id)
            .map(|(when, _)| when),
    };
    match handled {
        Some(when) => tally.good(when, format!("the message on {} was taken", publish.topic)),
        None if connection.lasts(at, HANDLES_WITHIN, view.end()) => {
            tally.bad(at, format!("this message on {} was never handled", publish.topic));
        }
        None => {}
    }
}

fn is_handled(what: &HubDelivery, event: &DeviceEvent, publish: &Publish) -> bool {
    match (what, event) {
        (HubDelivery::C2d { .. }, DeviceEvent::C2d { body, .. }) => body.is(&publish.payload),
        (HubDelivery::Desired { version }, DeviceEvent::Desired { version: handled, .. }) => {
            handled >= version
        }
        (HubDelivery::TwinResponse { .. }, DeviceEvent::Desired { via, .. }) => via == "full",
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use nanorig_trace::event::{CloseHow, DeviceEvent, Party};
    use serde_json::json;

    use crate::Verdict;
    use crate::testing::{FILTERS, Story};

    fn early() -> (Story, nanorig_trace::event::ConnId) {
        let mut story = Story::new();
        let conn = story.at(1.0).session(false);
        story.asks_for(conn, 1, FILTERS).at(1.1).delivers(
            conn,
            "devices/nano-01/messages/devicebound/",
            "x",
            Some(5),
        );
        (story, conn)
    }

    #[test]
    fn taking_the_message_passes() {
        let (mut story, conn) = early();
        story.acks(conn, 5).event(DeviceEvent::C2d { properties: json!({}), body: b"x".to_vec().into() });
        story.expect("MQTT-SUB-04", Verdict::Pass);
    }

    #[test]
    fn dropping_it_although_acknowledged_fails() {
        let (mut story, conn) = early();
        story.acks(conn, 5).at(40.0).leaves(conn);
        story.expect("MQTT-SUB-04", Verdict::Fail);
    }

    #[test]
    fn closing_over_it_fails() {
        let (mut story, conn) = early();
        story.at(1.2).close(conn, Party::Device, CloseHow::Fin);
        story.expect("MQTT-SUB-04", Verdict::Fail);
    }

    #[test]
    fn a_message_after_suback_is_inconclusive() {
        let mut story = Story::new();
        let conn = story.at(1.0).subscribed_session();
        story.delivers(conn, "devices/nano-01/messages/devicebound/", "x", Some(5)).acks(conn, 5);
        story.expect("MQTT-SUB-04", Verdict::Inconclusive);
    }
}
