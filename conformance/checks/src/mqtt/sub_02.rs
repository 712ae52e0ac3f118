//! MQTT-SUB-02: a subscription that the server refuses is not taken for granted.

use std::time::Duration;

use nanorig_trace::event::DeviceEvent;
use nanorig_wire::mqtt::{Packet, SubAckCode};

use crate::view::{At, Connection, Subscription};
use crate::{Check, Finding, Tally, View};

pub(crate) const CHECK: Check = Check { id: "MQTT-SUB-02", always: false, judge };

/// The device has drawn its conclusion by then.
const ACTS_WITHIN: Duration = Duration::from_secs(30);

fn judge(view: &View<'_>) -> Finding {
    let mut tally = Tally::default();
    for connection in view.connections() {
        for subscription in connection.subscriptions() {
            if let Some((refused, SubAckCode::Failure)) = subscription.answer {
                judge_refusal(view, connection, &subscription, refused, &mut tally);
            }
        }
    }
    tally.finish(
        "refused subscriptions were noticed",
        "a refused subscription was taken for a granted one",
        "no subscription was refused",
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
    let soon = |at: At| at >= refused && at.since(refused) <= ACTS_WITHIN;
    let again = connection.sent().find(|(at, packet)| {
        soon(*at) && matches!(packet, Packet::Subscribe(subscribe) if subscribe.filters.iter().any(|(other, _)| other == filter))
    });
    let said = view.statuses(connection.service).find(|(at, status, _)| soon(*at) && *status != "Connected");
    let failed = view
        .calls()
        .iter()
        .filter(|call| call.hand == "device")
        .find_map(|call| call.outcome.filter(|(at, ok, _)| soon(*at) && !ok).map(|(at, ..)| at));
    let told = view.device_events().find_map(|(at, event)| match event {
        DeviceEvent::SubscriptionRefused { filter: told, .. } if told == filter && soon(at) => Some(at),
        _ => None,
    });
    let closed = connection.closed_by_device().filter(|at| soon(*at));
    if let Some((at, _)) = again {
        tally.good(at, format!("asks for {filter} again"));
    } else if let Some((at, status, reason)) = said {
        tally.good(at, format!("tells the application: {status}, {reason}"));
    } else if let Some(at) = told {
        tally.good(at, format!("the application is told that {filter} was refused"));
    } else if let Some(at) = failed {
        tally.good(at, format!("the application learns that {filter} was refused"));
    } else if let Some(at) = closed {
        tally.good(at, format!("closes because {filter} was refused"));
    } else if connection.lasts(refused, ACTS_WITHIN, view.end()) {
        tally.bad(refused, format!("{filter} was refused and nothing followed"));
    }
}

#[cfg(test)]
mod tests {
    use nanorig_wire::mqtt::SubAckCode;

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
}
