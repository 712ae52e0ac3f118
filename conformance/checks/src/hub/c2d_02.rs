//! HUB-C2D-02: properties of a message are decoded, null and empty told apart.

use std::time::Duration;

use nanorig_trace::event::DeviceEvent;
use serde_json::Value;

use crate::view::C2dDelivery;
use crate::{Check, Finding, Tally, View};

pub(crate) const CHECK: Check = Check { id: "HUB-C2D-02", always: false, judge };

const HANDED_ON_WITHIN: Duration = Duration::from_secs(15);

fn judge(view: &View<'_>) -> Finding {
    let mut tally = Tally::default();
    // Messages with equal bodies are handed on in the order of their delivery.
    let mut handed: Vec<_> = view
        .device_events()
        .filter_map(|(at, event)| match event {
            DeviceEvent::C2d { properties, body } => Some((at, properties, body)),
            _ => None,
        })
        .collect();
    for delivery in view.connections_to("hub").flat_map(|connection| connection.c2d_deliveries()) {
        let place = handed.iter().position(|(at, _, body)| {
            *at > delivery.at
                && at.since(delivery.at) <= HANDED_ON_WITHIN
                && body.is(&delivery.publish.payload)
        });
        let Some((at, properties, _)) = place.map(|place| handed.remove(place)) else { continue };
        if !is_telling(&delivery) {
            continue;
        }
        match difference(&delivery, properties) {
            None => tally.good(at, format!("{properties} as sent")),
            Some(text) => tally.bad(at, text),
        }
    }
    tally.finish(
        "properties were decoded as they were sent",
        "properties were not decoded as they were sent",
        "no message with null, empty or escaped properties was handed on",
    )
}

/// Plain properties show nothing: it takes a null, an empty or an escaped one.
fn is_telling(delivery: &C2dDelivery<'_>) -> bool {
    delivery.bag.application().any(|(name, value)| match value {
        None | Some("") => true,
        Some(text) => format!("{name}{text}").contains([' ', '=', '&', '%', '/', '+', '#', '?']),
    })
}

/// What the application got differently.
fn difference(delivery: &C2dDelivery<'_>, properties: &Value) -> Option<String> {
    delivery.bag.application().find_map(|(name, value)| {
        let wanted = value.map_or(Value::Null, Value::from);
        match properties.get(name) {
            Some(found) if *found == wanted => None,
            Some(found) => Some(format!("{name} is {found} instead of {wanted}")),
            None => Some(format!("{name} is missing")),
        }
    })
}

#[cfg(test)]
mod tests {
    use nanorig_trace::event::DeviceEvent;
    use serde_json::{Value, json};

    use crate::Verdict;
    use crate::testing::Story;

    fn decoded(bag: &str, properties: Value) -> Story {
        let mut story = Story::new();
        let conn = story.at(1.0).subscribed_session();
        story
            .delivers(conn, &format!("devices/nano-01/messages/devicebound/{bag}"), "x", Some(1))
            .acks(conn, 1);
        story.event(DeviceEvent::C2d { properties, body: b"x".to_vec().into() });
        story
    }

    #[test]
    fn null_empty_and_text_pass() {
        let right = json!({ "prop1": null, "prop2": "", "prop3": "a string", "$.mid": "m1" });
        decoded("%24.mid=m1&prop1&prop2=&prop3=a%20string", right).expect("HUB-C2D-02", Verdict::Pass);
    }

    #[test]
    fn each_confusion_fails() {
        for wrong in [
            json!({ "prop1": "", "prop2": "", "prop3": "a string" }),
            json!({ "prop1": null, "prop2": null, "prop3": "a string" }),
            json!({ "prop1": null, "prop2": "", "prop3": "a%20string" }),
            json!({ "prop2": "", "prop3": "a string" }),
        ] {
            decoded("prop1&prop2=&prop3=a%20string", wrong).expect("HUB-C2D-02", Verdict::Fail);
        }
        decoded("p=1%2B1", json!({ "p": "1 1" })).expect("HUB-C2D-02", Verdict::Fail);
    }

    #[test]
    fn plain_properties_are_inconclusive() {
        decoded("room=kitchen", json!({ "room": "kitchen" })).expect("HUB-C2D-02", Verdict::Inconclusive);
    }
}
