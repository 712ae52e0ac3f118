//! Cloud-to-device messages.

use std::collections::VecDeque;
use std::sync::Arc;

use bytes::Bytes;
use nanorig_trace::Body;
use nanorig_trace::event::DeviceEvent;
use nanorig_wire::hub::{PropertyBag, SystemProperty};
use serde_json::{Map, Value};

use super::HubEvent;
use super::inner::Inner;
use crate::client::mqtt::ReceivedMessage;
use crate::habits::{C2dHabits, NullProperty};

/// Ids that are remembered to know a repetition.
const REMEMBERED: usize = 32;

/// A cloud-to-device message. Its memory is free again when the last clone is gone.
#[derive(Clone, Debug)]
pub struct CloudMessage {
    /// Properties, application and system, in their order; a property without `=` has none.
    pub properties: PropertyBag,
    /// Body.
    pub body: Bytes,
    _memory: Arc<ReceivedMessage>,
}

/// Ids of the messages, or of the calls, that came last.
#[derive(Debug, Default)]
pub(super) struct Recent(VecDeque<String>);

impl Recent {
    /// True when the id is known already; remembers it.
    pub(super) fn is_known(&mut self, id: &str) -> bool {
        if self.0.iter().any(|known| known == id) {
            return true;
        }
        if self.0.len() == REMEMBERED {
            self.0.pop_front();
        }
        self.0.push_back(id.to_owned());
        false
    }
}

impl Inner {
    /// A message came on the device-bound topic.
    pub(super) fn handle_c2d(&self, message: ReceivedMessage, bag: PropertyBag) {
        let habits = &self.mcu.habits().cloud.hub.c2d;
        let bag = read_bag(&message.topic, bag, habits);
        let repeated = bag.system(SystemProperty::MessageId).is_some_and(|id| self.recent_c2d().is_known(id));
        if repeated && !habits.keeps_duplicates {
            return;
        }
        let value = |value: &Option<String>| value.clone().map_or(Value::Null, Value::from);
        let properties: Map<_, _> = bag.0.iter().map(|(name, text)| (name.clone(), value(text))).collect();
        let body = message.payload.clone();
        let shown = if says_json(&bag) { Body::json(&body) } else { Body::from(&body[..]) };
        self.mcu.record(DeviceEvent::C2d { properties: properties.into(), body: shown });
        let message = CloudMessage { properties: bag, body, _memory: Arc::new(message) };
        self.tell(HubEvent::CloudToDevice(message));
    }
}

/// True for `application/json` in UTF-8.
fn says_json(bag: &PropertyBag) -> bool {
    let said =
        |property, word: &str| bag.system(property).is_some_and(|text| text.eq_ignore_ascii_case(word));
    said(SystemProperty::ContentType, "application/json") && said(SystemProperty::ContentEncoding, "utf-8")
}

fn read_bag(topic: &str, mut bag: PropertyBag, habits: &C2dHabits) -> PropertyBag {
    if habits.decodes_before_cutting {
        let tail = topic.rsplit('/').next().unwrap_or_default().replace('+', " ");
        let tail = nanorig_wire::percent::decode(&tail).unwrap_or(tail);
        let pair = |pair: &str| match pair.split_once('=') {
            Some((name, value)) => (name.to_owned(), Some(value.to_owned())),
            None => (pair.to_owned(), None),
        };
        bag = PropertyBag(tail.split('&').filter(|text| !text.is_empty()).map(pair).collect());
    }
    if habits.null == NullProperty::Empty {
        for (_, value) in &mut bag.0 {
            value.get_or_insert_default();
        }
    }
    bag
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOPIC: &str = "devices/d/messages/devicebound/prop1&prop2=&prop3=a%20b%26c";

    fn read(habits: &C2dHabits) -> Vec<(String, Option<String>)> {
        let bag = PropertyBag::parse(TOPIC.rsplit('/').next().unwrap()).unwrap();
        read_bag(TOPIC, bag, habits).0
    }

    fn row(name: &str, value: Option<&str>) -> (String, Option<String>) {
        (name.to_owned(), value.map(str::to_owned))
    }

    #[test]
    fn null_empty_and_text_are_told_apart() {
        let expected = [row("prop1", None), row("prop2", Some("")), row("prop3", Some("a b&c"))];
        assert_eq!(read(&C2dHabits::default()), expected);
    }

    #[test]
    fn habits_lose_the_difference() {
        let empty = C2dHabits { null: NullProperty::Empty, ..C2dHabits::default() };
        assert_eq!(read(&empty)[0], row("prop1", Some("")));
        let torn = C2dHabits { decodes_before_cutting: true, ..C2dHabits::default() };
        assert_eq!(read(&torn)[2..], [row("prop3", Some("a b")), row("c", None)]);
    }

    #[test]
    fn json_is_what_says_so() {
        let says = |bag: &str| says_json(&PropertyBag::parse(bag).unwrap());
        assert!(says("$.ct=application%2Fjson&$.ce=utf-8"));
        assert!(!says("$.ct=application%2Fjson") && !says("$.ct=text%2Fplain&$.ce=utf-8") && !says(""));
    }

    #[test]
    fn a_known_id_is_a_redelivery() {
        let mut recent = Recent::default();
        assert!(!recent.is_known("a"));
        assert!(recent.is_known("a"));
        for number in 0..REMEMBERED {
            assert!(!recent.is_known(&number.to_string()));
        }
        assert!(!recent.is_known("a"), "forgotten by now");
    }
}
