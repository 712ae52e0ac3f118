//! The will of a CONNECT.

use bytes::Bytes;

use super::{Place, Properties};
use crate::mqtt::reader::Reader;
use crate::mqtt::writer::Writer;
use crate::mqtt::{DecodeError, EncodeError, QoS, Sender, check_topic_name};

/// What the server publishes when the connection ends otherwise than by a DISCONNECT with reason 0x00.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Will {
    /// Topic name.
    pub topic: String,
    /// Payload.
    pub payload: Bytes,
    /// QoS to publish with.
    pub qos: QoS,
    /// Whether to publish it retained.
    pub retain: bool,
    /// Delay, and what the message itself has.
    pub properties: Properties,
}

impl Will {
    pub(super) fn decode(reader: &mut Reader<'_>, qos: QoS, retain: bool) -> Result<Self, DecodeError> {
        let properties = Properties::decode(reader, Place::Will, Sender::Client)?;
        let offset = reader.offset();
        let topic = reader.text("will topic", "MQTT-3.1.2-9")?;
        check_topic_name(topic).map_err(|fault| {
            let clause = if fault.is_wildcard() { "MQTT-4.7.0-1" } else { fault.clause() };
            DecodeError { clause, offset, field: "will topic", fault: fault.into() }
        })?;
        let payload = Bytes::copy_from_slice(reader.binary("will payload", "MQTT-3.1.2-9")?);
        Ok(Self { topic: topic.to_owned(), payload, qos, retain, properties })
    }

    pub(super) fn encode(&self, writer: &mut Writer) -> Result<(), EncodeError> {
        self.properties.encode(writer)?;
        writer.text(&self.topic, "will topic")?;
        writer.binary(&self.payload, "will payload")
    }
}
