//! PUBLISH: a message.

use std::fmt;

use bytes::Bytes;

use super::{Place, Properties};
use crate::mqtt::publish_flags::PublishFlags;
use crate::mqtt::reader::Reader;
use crate::mqtt::writer::Writer;
use crate::mqtt::{DecodeError, EncodeError, PacketId, QoS, Sender, TopicFault, check_topic_name};

/// A message on its way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Publish {
    /// True when this may be a repetition (MQTT-3.3.1-1).
    pub dup: bool,
    /// Its quality of service.
    pub qos: QoS,
    /// True when the server shall keep the message, or has kept it.
    pub retain: bool,
    /// Topic name; empty when a topic alias stands for it.
    pub topic: String,
    /// Present exactly when the QoS is 1 or 2 (MQTT-2.2.1-2, MQTT-2.2.1-3).
    pub id: Option<PacketId>,
    /// Content type, correlation, alias, user properties and others.
    pub properties: Properties,
    /// The application's bytes.
    pub payload: Bytes,
}

impl Publish {
    /// A QoS 0 message without properties.
    pub fn new(topic: impl Into<String>, payload: impl Into<Bytes>) -> Self {
        Self {
            dup: false,
            qos: QoS::AtMostOnce,
            retain: false,
            topic: topic.into(),
            id: None,
            properties: Properties::new(),
            payload: payload.into(),
        }
    }

    const fn flags(&self) -> PublishFlags {
        PublishFlags { dup: self.dup, qos: self.qos, retain: self.retain }
    }

    pub(super) fn decode(flags: u8, mut reader: Reader<'_>, from: Sender) -> Result<Self, DecodeError> {
        let flags = PublishFlags::decode(flags)?;
        let offset = reader.offset();
        let topic = reader.text("topic name", "MQTT-3.3.2-1")?.to_owned();
        let id = flags.read_id(&mut reader)?;
        let properties = Properties::decode(&mut reader, Place::Publish, from)?;
        match check_topic_name(&topic) {
            Ok(()) => {}
            // An alias stands for an empty name (3.3.2.1).
            Err(TopicFault::Empty) if properties.topic_alias().is_some() => {}
            Err(fault) => {
                let clause = if fault.is_wildcard() { "MQTT-3.3.2-2" } else { fault.clause() };
                return Err(DecodeError { clause, offset, field: "topic name", fault: fault.into() });
            }
        }
        let payload = Bytes::copy_from_slice(reader.rest());
        let PublishFlags { dup, qos, retain } = flags;
        Ok(Self { dup, qos, retain, topic, id, properties, payload })
    }

    pub(super) fn encode(&self, out: &mut Vec<u8>) -> Result<(), EncodeError> {
        let mut writer = Writer::default();
        writer.text(&self.topic, "topic name")?;
        self.flags().write_id(self.id, &mut writer)?;
        self.properties.encode(&mut writer)?;
        writer.bytes(&self.payload);
        writer.finish(self.flags().first_byte(), out)
    }
}

impl fmt::Display for Publish {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} ({} bytes){}", self.flags(), self.topic, self.payload.len(), self.properties)
    }
}
