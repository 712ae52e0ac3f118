//! MQTT-SUB-02: a subscription that the server refuses is not taken for granted, and a lower QoS is lived with.

use std::time::Duration;

use nanorig_trace::event::DeviceEvent;
use nanorig_wire::mqtt::{Packet, SubAckCode, TopicFilter};

use crate::view::{At, C2dDelivery, Connection, Subscription};
use crate::{Check, Finding, Tally, View};

pub(crate) const CHECK: Check = Check { id: "MQTT-SUB-02", always: false, judge };

/// The device has drawn its conclusion by then.
const ACTS_WITHIN: Duration = Duration::from_secs(30);

fn judge(view: &View<'_>) -> Finding {
    let mut tally = Tally::default();
    for connection in view.connections() {
        for subscription in connection.subscriptions() {
            match subscription.answer {
                Some((at, SubAckCode::Failure)) => {
                    judge_refusal(view, connection, &subscription, at, &mut tally);
                }
                Some((at, SubAckCode::Granted(qos))) if qos < subscription.qos => {
                    judge_lower(view, connection, &subscription, at, &mut tally);
                }
                _ => {}
            }
        }
    }
    tally.finish(
        "refused subscriptions were noticed",
        "a refused subscription was taken for a granted one, or a lower QoS for the one that was asked for",
        "no subscription was refused, and nothing came at a lower QoS than was asked for",
    )
}

fn judge_refusal(
    view: &View<'_>,
    connection: &Connection<'_>,
    subscription: &Subscription<'_>,
    refused: At,
    tally: &mut Tally,
) {
    let filter = subscription.filter;
    match reaction(view, connection, filter, refused) {
        Some((at, reaction)) => tally.good(at, reaction),
        None if connection.lasts(refused, ACTS_WITHIN, view.end()) => {
            tally.bad(refused, format!("{filter} was refused and nothing followed"));
        }
        None => {}
    }
}

/// What the device makes of an answer that is not what it asked for.
fn reaction(
    view: &View<'_>,
    connection: &Connection<'_>,
    filter: &str,
    answered: At,
) -> Option<(At, String)> {
    let soon = |at: At| at >= answered && at.since(answered) <= ACTS_WITHIN;
    let again = connection.sent().find(|(at, packet)| {
        soon(*at) && matches!(packet, Packet::Subscribe(subscribe) if subscribe.filters.iter().any(|(other, _)| other == filter))
    });
    if let Some((at, _)) = again {
        return Some((at, format!("asks for {filter} again")));
    }
    let mut statuses = view.statuses(connection.service);
    if let Some((at, status, reason)) = statuses.find(|(at, status, _)| soon(*at) && *status != "Connected") {
        return Some((at, format!("tells the application: {status}, {reason}")));
    }
    let told = view.device_events().find_map(|(at, event)| match event {
        DeviceEvent::SubscriptionRefused { filter: told, .. } if told == filter && soon(at) => Some(at),
        _ => None,
    });
    let mut calls = view.calls().iter().filter(|call| call.hand == "device");
    let failed =
        calls.find_map(|call| call.outcome.filter(|(at, ok, _)| soon(*at) && !ok).map(|(at, ..)| at));
    if let Some(at) = told.or(failed) {
        return Some((at, format!("the application learns what became of {filter}")));
    }
    let closed = connection.closed_by_device().filter(|at| soon(*at))?;
    Some((closed, format!("closes because of the answer to {filter}")))
}

/// Whoever is granted less than it asked for takes what comes with less, or says that it does not do.
fn judge_lower(
    view: &View<'_>,
    connection: &Connection<'_>,
    subscription: &Subscription<'_>,
    granted: At,
    tally: &mut Tally,
) {
    let filter = subscription.filter;
    if let Some((at, reaction)) = reaction(view, connection, filter, granted) {
        return tally.good(at, reaction);
    }
    let Ok(own) = TopicFilter::new(filter) else { return };
    let lower = |delivery: &C2dDelivery<'_>| {
        delivery.at > granted && delivery.id.is_none() && own.matches(&delivery.publish.topic)
    };
    for delivery in connection.c2d_deliveries().into_iter().filter(lower) {
        let surfaced = view.device_events_after(delivery.at).find(
            |(_, event)| matches!(event, DeviceEvent::C2d { body, .. } if body.is(&delivery.publish.payload)),
        );
        match surfaced {
            Some((at, _)) => tally.good(at, format!("a message on {filter} is taken at the lower QoS")),
            None if view.device_speaks() && connection.lasts(delivery.at, ACTS_WITHIN, view.end()) => {
                tally.bad(delivery.at, format!("a message on {filter} is lost at the lower QoS"));
            }
            None => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use nanorig_trace::event::DeviceEvent;
    use nanorig_wire::mqtt::{QoS, SubAckCode};
    use serde_json::json;

    use crate::Verdict;
    use crate::testing::Story;

    fn refused() -> (Story, nanorig_trace::event::ConnId) {
        let mut story = Story::new();
        let conn = story.at(1.0).session(false);
        story.asks_for(conn, 1, &["$iothub/methods/POST/#"]).suback(conn, 1, &[SubAckCode::Failure]);
        (story, conn)
    }

    #[test]
    fn telling_asking_again_or_closing_passes() {
        let (mut story, _) = refused();
        story.at(2.0).hub_status("Failed", "protocol").at(60.0).hub_status("Failed", "protocol");
        story.expect("MQTT-SUB-02", Verdict::Pass);
        let (mut story, conn) = refused();
        story.at(12.0).asks_for(conn, 2, &["$iothub/methods/POST/#"]);
        story.expect("MQTT-SUB-02", Verdict::Pass);
        let (mut story, conn) = refused();
        story.at(2.0).leaves(conn);
        story.expect("MQTT-SUB-02", Verdict::Pass);
    }

    #[test]
    fn carrying_on_fails() {
        let (mut story, _) = refused();
        story.at(2.0).hub_status("Connected", "ok").at(40.0).hub_status("Connected", "ok");
        story.expect("MQTT-SUB-02", Verdict::Fail);
    }

    /// A filter that is asked for at QoS 1 and granted at QoS 0, and a message that comes with QoS 0.
    fn lowered() -> (Story, nanorig_trace::event::ConnId) {
        let mut story = Story::new();
        let conn = story.at(1.0).session(false);
        story.asks_for(conn, 1, &["devices/nano-01/messages/devicebound/#"]);
        story.suback(conn, 1, &[SubAckCode::Granted(QoS::AtMostOnce)]).hub_status("Connected", "ok");
        story.at(40.0).delivers(conn, "devices/nano-01/messages/devicebound/", "x", None);
        (story, conn)
    }

    #[test]
    fn a_lower_qos_is_lived_with() {
        let (mut story, _) = lowered();
        story.event(DeviceEvent::C2d { properties: json!({}), body: b"x".to_vec().into() });
        story.expect("MQTT-SUB-02", Verdict::Pass);
        let (mut story, conn) = lowered();
        story.at(80.0).leaves(conn);
        story.expect("MQTT-SUB-02", Verdict::Fail);
    }

    #[test]
    fn a_granted_filter_and_silence_after_less_are_inconclusive() {
        let mut story = Story::new();
        story.at(1.0).subscribed_session();
        story.expect("MQTT-SUB-02", Verdict::Inconclusive);
        let (story, _) = lowered();
        story.expect("MQTT-SUB-02", Verdict::Inconclusive);
        let (story, _) = refused();
        story.expect("MQTT-SUB-02", Verdict::Inconclusive);
    }
}
