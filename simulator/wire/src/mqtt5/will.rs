//! The will of a CONNECT.

use bytes::Bytes;

use super::{Place, Properties};
use crate::mqtt::connect_flags::WillFlags;
use crate::mqtt::reader::Reader;
use crate::mqtt::writer::Writer;
use crate::mqtt::{DecodeError, EncodeError, QoS, Sender};

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
    pub(super) fn decode(reader: &mut Reader<'_>, flags: WillFlags) -> Result<Self, DecodeError> {
        let properties = Properties::decode(reader, Place::Will, Sender::Client)?;
        let topic = reader.topic_name("will topic", "MQTT-3.1.2-9", "MQTT-4.7.0-1")?.to_owned();
        let payload = Bytes::copy_from_slice(reader.binary("will payload", "MQTT-3.1.2-9")?);
        Ok(Self { topic, payload, qos: flags.qos, retain: flags.retain, properties })
    }

    pub(super) fn encode(&self, writer: &mut Writer) -> Result<(), EncodeError> {
        self.properties.encode(writer)?;
        writer.text(&self.topic, "will topic")?;
        writer.binary(&self.payload, "will payload")
    }
}
