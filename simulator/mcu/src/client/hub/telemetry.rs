//! Device-to-cloud messages: their shape, and the pump that sends them in order.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use nanorig_trace::event::DeviceEvent;
use nanorig_wire::hub::{BagStyle, DevicePublish, Identity, PropertyBag, SystemProperty};
use tokio::sync::oneshot;

use super::HubError;
use super::inner::Inner;
use super::queue::Entry;
use crate::client::mqtt::{MqttError, Outgoing, QoS};
use crate::habits::{BagEncoding, DropPolicy, HubHabits, MessageForm, PnpHabits, Resend, TelemetryTopic};

/// A device-to-cloud message.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Message {
    /// Body.
    pub body: Bytes,
    /// Message id.
    pub message_id: Option<String>,
    /// Correlation id.
    pub correlation_id: Option<String>,
    /// Content type, such as `application/json`.
    pub content_type: Option<String>,
    /// Content encoding, such as `utf-8`; without both the hub cannot route by body.
    pub content_encoding: Option<String>,
    /// Creation time, ISO-8601 in UTC.
    pub creation_time: Option<String>,
    /// Component that sends it (`dt-subject`).
    pub component: Option<String>,
    /// Application properties in their order.
    pub properties: Vec<(String, String)>,
    /// QoS instead of the client's.
    pub qos: Option<QoS>,
}

impl Message {
    /// A message without properties.
    #[must_use]
    pub fn new(body: impl Into<Bytes>) -> Self {
        Self { body: body.into(), ..Self::default() }
    }

    /// A JSON message: content type and encoding are set.
    #[must_use]
    pub fn json(body: &serde_json::Value) -> Self {
        Self {
            content_type: Some("application/json".into()),
            content_encoding: Some("utf-8".into()),
            ..Self::new(body.to_string())
        }
    }

    /// Its properties as they go into the topic.
    pub(super) fn bag(&self, hub: &HubHabits, pnp: &PnpHabits) -> Result<PropertyBag, HubError> {
        let mut bag = PropertyBag::new();
        let mut system = |property, value: &Option<String>| {
            if let Some(value) = value {
                bag.push_system(property, value);
            }
        };
        system(SystemProperty::MessageId, &self.message_id);
        system(SystemProperty::CorrelationId, &self.correlation_id);
        if hub.message != MessageForm::WithoutContentType {
            system(SystemProperty::ContentType, &self.content_type);
            system(SystemProperty::ContentEncoding, &self.content_encoding);
        }
        system(SystemProperty::CreationTime, &self.creation_time);
        for (name, value) in &self.properties {
            if name.is_empty() || name.starts_with("$.") {
                return Err(HubError::InvalidArgument(format!("`{name}` cannot be a property name")));
            }
            bag.push(name, value);
        }
        if let (Some(component), false) = (&self.component, pnp.no_component_subject) {
            bag.push_system(SystemProperty::ComponentName, component);
        }
        Ok(bag)
    }

    /// What IoT Hub counts: body, values of system properties, names and values of the others.
    pub(super) fn counted_bytes(&self) -> usize {
        let system = [
            &self.message_id,
            &self.correlation_id,
            &self.content_type,
            &self.content_encoding,
            &self.creation_time,
            &self.component,
        ];
        let system: usize = system.into_iter().flatten().map(String::len).sum();
        let application: usize = self.properties.iter().map(|(name, value)| name.len() + value.len()).sum();
        self.body.len() + system + application
    }
}

/// Ends when a message was confirmed by the hub (QoS 1) or handed to the network (QoS 0), or never will be.
/// Dropping it changes nothing for the message.
#[derive(Debug)]
#[must_use = "without it nobody knows whether the message arrived"]
pub struct TelemetryDelivery {
    /// Running number of the message, counted from 1.
    pub number: u64,
    pub(super) done: oneshot::Receiver<Result<(), HubError>>,
}

impl Future for TelemetryDelivery {
    type Output = Result<(), HubError>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        Pin::new(&mut self.done).poll(context).map(|result| result.unwrap_or(Err(HubError::NotConnected)))
    }
}

/// The topic of a message with this bag.
pub(super) fn topic(bag: &PropertyBag, identity: &Identity, habits: &HubHabits) -> String {
    let mut topic = match &identity.module {
        Some(_) if habits.module_as_device => {
            DevicePublish::telemetry_topic(&Identity::device(&identity.device))
        }
        _ => DevicePublish::telemetry_topic(identity),
    };
    if habits.telemetry_topic == TelemetryTopic::WrongCase {
        topic = topic.replacen("devices", "Devices", 1);
    }
    match habits.bag {
        BagEncoding::Percent => bag.append_as(BagStyle::RawDollar, &mut topic),
        BagEncoding::SpaceAsPlus => topic += &bag.encode_as(BagStyle::RawDollar).replace("%20", "+"),
        BagEncoding::Raw => {
            let pair = |(name, value): &(String, Option<String>)| match value {
                Some(value) => format!("{name}={value}"),
                None => name.clone(),
            };
            topic += &bag.0.iter().map(pair).collect::<Vec<_>>().join("&");
        }
    }
    topic
}

impl Inner {
    /// Takes a message for sending.
    pub(super) fn enqueue(&self, message: Message) -> Result<TelemetryDelivery, HubError> {
        let habits = &self.mcu.habits().cloud;
        let counted = message.counted_bytes();
        if let Some(limit) = habits.hub.max_message.filter(|limit| counted > *limit) {
            return Err(HubError::TooLarge { bytes: counted, limit });
        }
        let bag = message.bag(&habits.hub, &habits.pnp)?;
        let bytes = topic(&bag, &self.identity(), &habits.hub).len() + message.body.len();
        if habits.hub.queue == DropPolicy::All && !self.mqtt.is_connected() {
            return Err(HubError::Dropped);
        }
        let memory = loop {
            match self.mcu.managed().alloc(bytes, "hub-message") {
                Ok(memory) => break memory,
                // What is older makes room for what is newer, as the queue does when it is full.
                Err(error) => match self.telemetry().drop_for_memory(habits.hub.queue) {
                    Some(entry) => entry.finish(Err(HubError::Dropped)),
                    None => return Err(error.into()),
                },
            }
        };
        let (sender, done) = oneshot::channel();
        let (number, dropped) = {
            let mut queue = self.telemetry();
            let number = queue.next_number();
            let entry = Entry { number, message, bag, bytes, memory: Some(memory), done: Some(sender) };
            (number, queue.push(entry, habits.hub.queue))
        };
        for entry in dropped {
            entry.finish(Err(HubError::Dropped));
        }
        self.telemetry_work.notify_one();
        Ok(TelemetryDelivery { number, done })
    }

    /// Sends what is queued for as long as it is polled.
    pub(super) async fn pump(self: &Arc<Self>) {
        loop {
            let work = self.telemetry_work.notified();
            while self.send_next() {}
            work.await;
        }
    }

    /// Sends the next message. False when there is none, or no room.
    fn send_next(self: &Arc<Self>) -> bool {
        let habits = &self.mcu.habits().cloud.hub;
        let Some(mut entry) = self.telemetry().pop(habits.queue) else { return false };
        let Some(memory) = entry.memory.take() else { return true };
        let qos = habits.telemetry_qos.and_then(QoS::from_bits);
        let qos = qos.or(entry.message.qos).unwrap_or(self.options.telemetry_qos);
        let message = Outgoing {
            topic: topic(&entry.bag, &self.identity(), habits),
            payload: entry.message.body.clone(),
            qos,
            retain: habits.message == MessageForm::Retained,
        };
        let number = entry.number;
        let slot = Arc::new(std::sync::Mutex::new(Some(entry)));
        let own = Arc::clone(&slot);
        let weak = Arc::downgrade(self);
        let done = Box::new(move |result: Result<(), MqttError>, memory| {
            let entry = own.lock().unwrap_or_else(std::sync::PoisonError::into_inner).take();
            let (Some(inner), Some(mut entry)) = (weak.upgrade(), entry) else { return };
            inner.telemetry().arrived();
            match result {
                Ok(()) => {
                    let confirmed = qos != QoS::AtMostOnce;
                    inner.mcu.record(DeviceEvent::TelemetrySent { number, confirmed });
                    entry.finish(Ok(()));
                }
                // The session, or a connection at QoS 0, is gone and the message was not confirmed: it goes
                // out as a new one.
                Err(MqttError::SessionLost) if inner.mcu.habits().cloud.mqtt.resend != Resend::Never => {
                    entry.memory = Some(memory);
                    inner.put_back(entry);
                }
                Err(error) => entry.finish(Err(error.into())),
            }
            inner.telemetry_work.notify_one();
        });
        if let Err((error, memory)) = self.mqtt.publish_with(message, memory, done) {
            let entry = slot.lock().unwrap_or_else(std::sync::PoisonError::into_inner).take();
            if let Some(mut entry) = entry {
                self.telemetry().arrived();
                match error {
                    MqttError::NotConnected | MqttError::WindowFull { .. } => {
                        entry.memory = Some(memory);
                        self.put_back(entry);
                        return false;
                    }
                    error => entry.finish(Err(error.into())),
                }
            }
        }
        true
    }

    /// A message was not sent after all.
    fn put_back(&self, entry: Entry) {
        let dropped = self.telemetry().put_back(entry, self.mcu.habits().cloud.hub.queue);
        for entry in dropped {
            entry.finish(Err(HubError::Dropped));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message() -> Message {
        let mut message = Message::json(&serde_json::json!({ "t": 1 }));
        message.properties = vec![("prop 1".into(), "a=b&c/d%é".into()), ("empty".into(), String::new())];
        message.component = Some("thermostat1".into());
        message
    }

    fn topic_with(set: impl FnOnce(&mut HubHabits)) -> String {
        let mut habits = HubHabits::default();
        set(&mut habits);
        let bag = message().bag(&habits, &PnpHabits::default()).unwrap();
        topic(&bag, &Identity::device("dev1"), &habits)
    }

    #[test]
    fn properties_are_percent_encoded_in_the_topic() {
        assert_eq!(
            topic_with(|_| ()),
            "devices/dev1/messages/events/$.ct=application%2Fjson&$.ce=utf-8\
             &prop%201=a%3Db%26c%2Fd%25%C3%A9&empty=&$.sub=thermostat1"
        );
    }

    #[test]
    fn habits_encode_badly() {
        assert!(topic_with(|habits| habits.bag = BagEncoding::SpaceAsPlus).contains("prop+1=a%3Db"));
        assert!(topic_with(|habits| habits.bag = BagEncoding::Raw).contains("prop 1=a=b&c/d%é"));
        assert!(!topic_with(|habits| habits.message = MessageForm::WithoutContentType).contains("$.ct"));
        assert!(
            topic_with(|habits| habits.telemetry_topic = TelemetryTopic::WrongCase).starts_with("Devices/")
        );
    }

    #[test]
    fn modules_have_their_own_topic() {
        let bag = PropertyBag::new();
        let module = Identity::module("dev1", "mod1");
        let exact = topic(&bag, &module, &HubHabits::default());
        assert_eq!(exact, "devices/dev1/modules/mod1/messages/events/");
        let habits = HubHabits { module_as_device: true, ..HubHabits::default() };
        assert_eq!(topic(&bag, &module, &habits), "devices/dev1/messages/events/");
    }

    #[test]
    fn names_that_cannot_be_properties_are_refused() {
        for name in ["", "$.mid"] {
            let mut message = message();
            message.properties.push((name.into(), "x".into()));
            let error = message.bag(&HubHabits::default(), &PnpHabits::default()).unwrap_err();
            assert_eq!(error.kind(), "invalid-argument");
        }
    }
}
