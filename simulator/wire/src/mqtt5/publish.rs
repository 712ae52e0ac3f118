//! PUBLISH: a message.

use std::fmt;

use bytes::Bytes;

use super::{Place, Properties};
use crate::mqtt::reader::Reader;
use crate::mqtt::writer::Writer;
use crate::mqtt::{
    DecodeError, EncodeError, Fault, PacketId, PacketType, QoS, Sender, TopicFault, check_topic_name,
};

const DUP: u8 = 0b1000;
const RETAIN: u8 = 0b0001;

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

    pub(super) fn decode(flags: u8, mut reader: Reader<'_>, from: Sender) -> Result<Self, DecodeError> {
        let bad_flags = |clause, fault| DecodeError { clause, offset: 0, field: "flags", fault };
        let dup = flags & DUP != 0;
        let Some(qos) = QoS::from_bits(flags >> 1 & 0b11) else {
            return Err(bad_flags("MQTT-3.3.1-4", Fault::QoS3));
        };
        if dup && qos == QoS::AtMostOnce {
            return Err(bad_flags("MQTT-3.3.1-2", Fault::DupAtQoS0));
        }
        let offset = reader.offset();
        let topic = reader.text("topic name", "MQTT-3.3.2-1")?.to_owned();
        let id = match qos {
            QoS::AtMostOnce => None,
            QoS::AtLeastOnce | QoS::ExactlyOnce => Some(reader.packet_id()?),
        };
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
        Ok(Self { dup, qos, retain: flags & RETAIN != 0, topic, id, properties, payload })
    }

    pub(super) fn encode(&self, out: &mut Vec<u8>) -> Result<(), EncodeError> {
        let mut writer = Writer::default();
        writer.text(&self.topic, "topic name")?;
        match (self.qos, self.id) {
            (QoS::AtMostOnce, None) => {}
            (QoS::AtMostOnce, Some(_)) => return Err(EncodeError::PacketIdAtQoS0),
            (_, Some(id)) => writer.u16(id.get()),
            (_, None) => return Err(EncodeError::PacketIdMissing),
        }
        self.properties.encode(&mut writer)?;
        writer.bytes(&self.payload);
        let dup = if self.dup { DUP } else { 0 };
        let flags = dup | self.qos.bits() << 1 | u8::from(self.retain);
        writer.finish((PacketType::Publish as u8) << 4 | flags, out)
    }
}

impl fmt::Display for Publish {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "qos={}", self.qos)?;
        if self.dup {
            f.write_str(" dup")?;
        }
        if self.retain {
            f.write_str(" retain")?;
        }
        write!(f, " {} ({} bytes){}", self.topic, self.payload.len(), self.properties)
    }
}
