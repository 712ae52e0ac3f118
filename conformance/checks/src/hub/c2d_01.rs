//! HUB-C2D-01: cloud-to-device messages are subscribed to, acknowledged and handed on.

use std::time::Duration;

use nanorig_trace::event::{CloudEvent, DeviceEvent};

use crate::view::{At, C2dDelivery, Connection};
use crate::{Check, Finding, Tally, View};

pub(crate) const CHECK: Check = Check { id: "HUB-C2D-01", always: false, judge };

/// A device that is connected hears of a message within this time.
const DELIVERED_WITHIN: Duration = Duration::from_secs(30);

fn judge(view: &View<'_>) -> Finding {
    let mut tally = Tally::default();
    let mut for_module = false;
    for (at, event) in view.cloud_events() {
        match event {
            CloudEvent::C2d { device, state, .. } if state == "enqueued" && is_module(device) => {
                for_module = true
            }
            CloudEvent::C2d { device, id, state, .. } if state == "enqueued" => {
                judge_waiting(view, at, (device, id), &mut tally);
            }
            _ => {}
        }
    }
    for connection in view.connections_to("hub") {
        for delivery in connection.c2d_deliveries() {
            judge_delivery(view, connection, &delivery, &mut tally);
        }
    }
    if tally.is_empty() && for_module {
        return Finding::not_applicable("modules get no cloud-to-device messages over MQTT");
    }
    tally.finish(
        "cloud-to-device messages were acknowledged and handed on",
        "a cloud-to-device message was not handled as it should be",
        "no message was sent to the device",
    )
}

/// True for the identity of a module as cloud events write it. No public API lets a module receive these messages
/// ("Understand and use module twins"), so none has to listen.
fn is_module(device: &str) -> bool {
    device.contains('/')
}

/// A message that waits although the device that it is for is connected: nobody subscribed.
fn judge_waiting(view: &View<'_>, at: At, (device, id): (&str, &str), tally: &mut Tally) {
    let taken = view.cloud_events().any(|(when, event)| {
        when > at
            && matches!(event, CloudEvent::C2d { device: to, id: other, state, .. } if to == device && other == id && state != "enqueued")
    });
    let mut own = view.connections_to("hub").filter(|connection| connection.is_of(device));
    let listener = own.find(|connection| {
        let from = connection.accepted().map(|accepted| accepted.max(at));
        from.is_some_and(|from| connection.lasts(from, DELIVERED_WITHIN, view.end()))
    });
    if let Some(connection) = listener.filter(|_| !taken) {
        tally.bad(at, format!("this message waits although connection {} is there", connection.id));
    }
}

fn judge_delivery(
    view: &View<'_>,
    connection: &Connection<'_>,
    delivery: &C2dDelivery<'_>,
    tally: &mut Tally,
) {
    let limit = view.duration("ack_timeout");
    let at = delivery.at;
    let surfaced = view.device_events().find(|(when, event)| {
        *when > at
            && when.since(at) <= limit
            && matches!(event, DeviceEvent::C2d { body, .. } if body.is(&delivery.publish.payload))
    });
    let watched =
        connection.lasts(at, limit, view.end()) && !view.cut_off(connection, at.time, at.time + limit);
    if connection.is_acknowledged(delivery) {
        match surfaced {
            Some((when, _)) => tally.good(when, "acknowledged and handed on"),
            None if watched && view.device_speaks() && !delivery.publish.dup => {
                tally.bad(at, "acknowledged and not handed to the application");
            }
            None => tally.good(at, "acknowledged"),
        }
    } else if watched {
        tally.bad(at, "not acknowledged");
    }
}

#[cfg(test)]
mod tests {
    use nanorig_trace::event::{CloudEvent, DeviceEvent};
    use serde_json::json;

    use crate::Verdict;
    use crate::testing::{HUB_NAME, Story, hub_connect};

    const TOPIC: &str = "devices/nano-01/messages/devicebound/%24.mid=m1";

    fn state(story: &mut Story, state: &str) {
        story.event(CloudEvent::C2d {
            device: "nano-01".into(),
            id: "m1".into(),
            state: state.into(),
            deliveries: 0,
        });
    }

    fn delivered() -> (Story, nanorig_trace::event::ConnId) {
        let mut story = Story::new();
        let conn = story.at(1.0).subscribed_session();
        story.at(5.0);
        state(&mut story, "enqueued");
        state(&mut story, "delivered");
        story.delivers(conn, TOPIC, "open the window", Some(1));
        (story, conn)
    }

    fn surfaces(story: &mut Story) {
        let body = b"open the window".to_vec().into();
        story.event(DeviceEvent::C2d { properties: json!({}), body });
    }

    #[test]
    fn acknowledging_and_handing_on_passes() {
        let (mut story, conn) = delivered();
        story.acks(conn, 1);
        surfaces(&mut story);
        story.expect("HUB-C2D-01", Verdict::Pass);
    }

    #[test]
    fn neither_one_without_the_other() {
        let (mut story, conn) = delivered();
        surfaces(&mut story);
        story.at(30.0).leaves(conn);
        story.expect("HUB-C2D-01", Verdict::Fail);
        let (mut story, conn) = delivered();
        story.acks(conn, 1).hub_status("Connected", "ok").at(30.0).leaves(conn);
        story.expect("HUB-C2D-01", Verdict::Fail);
    }

    #[test]
    fn a_device_that_does_not_subscribe_fails() {
        let mut story = Story::new();
        let conn = story.at(1.0).session(false);
        story.at(5.0);
        state(&mut story, "enqueued");
        story.at(36.0).leaves(conn);
        story.expect("HUB-C2D-01", Verdict::Fail);
    }

    #[test]
    fn a_module_has_nothing_to_listen_to() {
        let mut story = Story::new();
        let mut connect = hub_connect();
        connect.client_id = "nano-01/sensor".into();
        connect.username = Some(format!("{HUB_NAME}/nano-01/sensor/?api-version=2021-04-12"));
        let conn = story.at(1.0).session_with("hub", connect, false);
        story.at(5.0).event(CloudEvent::C2d {
            device: "nano-01/sensor".into(),
            id: "m1".into(),
            state: "enqueued".into(),
            deliveries: 0,
        });
        story.at(36.0).leaves(conn);
        story.expect("HUB-C2D-01", Verdict::NotApplicable);
    }

    #[test]
    fn a_message_to_another_device_is_inconclusive() {
        let mut story = Story::new();
        let conn = story.at(1.0).session(false);
        story.at(5.0).event(CloudEvent::C2d {
            device: "nano-02".into(),
            id: "m1".into(),
            state: "enqueued".into(),
            deliveries: 0,
        });
        story.at(36.0).leaves(conn);
        story.expect("HUB-C2D-01", Verdict::Inconclusive);
    }

    #[test]
    fn no_message_is_inconclusive() {
        let mut story = Story::new();
        story.at(1.0).subscribed_session();
        story.expect("HUB-C2D-01", Verdict::Inconclusive);
    }
}
