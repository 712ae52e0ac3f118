//! Cloud-to-device messages that came more than once, and what came of them.

use std::collections::BTreeMap;

use nanorig_trace::event::{CloudEvent, DeviceEvent};
use nanorig_wire::hub::SystemProperty;
use serde_json::Value;

use crate::View;
use crate::view::At;

/// Name of the message id among the properties that the device tells.
const MESSAGE_ID: &str = "$.mid";

/// A message that came to the device more than once.
pub(crate) struct Repeated {
    /// Its id.
    pub(crate) id: String,
    /// When it was sent the last time.
    pub(crate) last: At,
    /// When the device handed it to its application.
    pub(crate) effects: Vec<At>,
}

/// One delivery, with whether it was acknowledged.
type Delivery = (At, bool);

/// Messages that came more than once in one life of the firmware, as far as their effect can be told.
pub(crate) fn repeated(view: &View<'_>) -> Vec<Repeated> {
    let mut deliveries: BTreeMap<(String, String), Vec<Delivery>> = BTreeMap::new();
    for connection in view.connections_to("hub") {
        let Some(identity) = connection.identity() else { continue };
        for delivery in connection.c2d_deliveries() {
            let Some(id) = delivery.bag.system(SystemProperty::MessageId) else { continue };
            let known = deliveries.entry((identity.to_string(), id.to_owned())).or_default();
            known.push((delivery.at, connection.is_acknowledged(&delivery)));
        }
    }
    let several = deliveries.into_iter().filter(|(_, deliveries)| deliveries.len() > 1);
    several.filter_map(|((identity, id), deliveries)| one(view, &identity, id, &deliveries)).collect()
}

fn one(view: &View<'_>, identity: &str, id: String, deliveries: &[Delivery]) -> Option<Repeated> {
    let (first, last) = (deliveries.first()?.0, deliveries.last()?.0);
    let effects: Vec<At> = view
        .device_events_after(first)
        .filter(|(_, event)| matches!(event, DeviceEvent::C2d { properties, .. } if names(properties, &id)))
        .map(|(at, _)| at)
        .collect();
    // What a restart made the device forget, it cannot know again.
    let ends = effects.last().copied().map_or(last, |effect| effect.max(last));
    let unsure = view.boots_between(first, ends) || sent(view, identity, &id) > 1;
    let came = deliveries.iter().enumerate().filter(|(index, (at, acknowledged))| {
        let until = deliveries.get(index + 1).map(|(next, _)| *next);
        *acknowledged || effects.iter().any(|effect| effect > at && until.is_none_or(|until| *effect < until))
    });
    (!unsure && !effects.is_empty() && came.count() > 1).then_some(Repeated { id, last, effects })
}

fn names(properties: &Value, id: &str) -> bool {
    properties.get(MESSAGE_ID).and_then(Value::as_str) == Some(id)
}

/// How often the service sent a message of this id.
fn sent(view: &View<'_>, identity: &str, id: &str) -> usize {
    let queued = view.cloud_events().filter(|(_, event)| {
        matches!(event, CloudEvent::C2d { device, id: other, state, .. }
            if device == identity && other == id && state == "enqueued")
    });
    queued.count()
}

#[cfg(test)]
pub(crate) mod tests {
    use nanorig_trace::event::{CloudEvent, ConnId, DeviceEvent};
    use serde_json::json;

    use crate::testing::Story;

    const TOPIC: &str = "devices/nano-01/messages/devicebound/%24.mid=m1";

    /// The service sends the message `m1`.
    pub(crate) fn sends(story: &mut Story) {
        story.event(CloudEvent::C2d {
            device: "nano-01".into(),
            id: "m1".into(),
            state: "enqueued".into(),
            deliveries: 0,
        });
    }

    /// The hub delivers it, and the device acknowledges it.
    pub(crate) fn delivers(story: &mut Story, conn: ConnId, number: u16) {
        story.delivers(conn, TOPIC, "open", Some(number)).acks(conn, number);
    }

    /// The application gets it.
    pub(crate) fn surfaces(story: &mut Story) {
        let body = b"open".to_vec().into();
        story.event(DeviceEvent::C2d { properties: json!({ "$.mid": "m1" }), body });
    }

    /// The message comes twice.
    pub(crate) fn twice() -> (Story, ConnId) {
        let mut story = Story::new();
        let conn = story.at(1.0).subscribed_session();
        sends(story.at(2.0));
        delivers(&mut story, conn, 1);
        surfaces(&mut story);
        delivers(story.at(3.0), conn, 1);
        (story, conn)
    }
}
