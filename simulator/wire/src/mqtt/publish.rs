//! PUBLISH: a message.

use std::fmt;

use bytes::Bytes;

use super::publish_flags::PublishFlags;
use super::reader::Reader;
use super::writer::Writer;
use super::{DecodeError, EncodeError, PacketId, QoS};

/// A message on its way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Publish {
    /// True when this may be a repetition (MQTT-3.3.1-1).
    pub dup: bool,
    /// Its quality of service.
    pub qos: QoS,
    /// True when the server shall keep the message, or has kept it.
    pub retain: bool,
    /// Topic name.
    pub topic: String,
    /// Present exactly when the QoS is 1 or 2 (MQTT-2.3.1-1, MQTT-2.3.1-5).
    pub id: Option<PacketId>,
    /// The application's bytes.
    pub payload: Bytes,
}

impl Publish {
    const fn flags(&self) -> PublishFlags {
        PublishFlags { dup: self.dup, qos: self.qos, retain: self.retain }
    }

    pub(super) fn decode(flags: u8, mut reader: Reader<'_>) -> Result<Self, DecodeError> {
        let flags = PublishFlags::decode(flags)?;
        let topic = reader.topic_name("topic name", "MQTT-3.3.2-1", "MQTT-3.3.2-2")?.to_owned();
        let id = flags.read_id(&mut reader)?;
        let payload = Bytes::copy_from_slice(reader.rest());
        let PublishFlags { dup, qos, retain } = flags;
        Ok(Self { dup, qos, retain, topic, id, payload })
    }

    pub(super) fn encode(&self, out: &mut Vec<u8>) -> Result<(), EncodeError> {
        let mut writer = Writer::default();
        writer.text(&self.topic, "topic name")?;
        self.flags().write_id(self.id, &mut writer)?;
        writer.bytes(&self.payload);
        writer.finish(self.flags().first_byte(), out)
    }
}

impl fmt::Display for Publish {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} ({} bytes)", self.flags(), self.topic, self.payload.len())
    }
}

#[cfg(test)]
mod tests;
