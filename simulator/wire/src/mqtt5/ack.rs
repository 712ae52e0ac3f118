//! PUBACK, PUBREC, PUBREL and PUBCOMP: a packet identifier, a reason and properties.

use std::fmt;

use super::{Place, Properties, ReasonCode};
use crate::mqtt::reader::Reader;
use crate::mqtt::writer::Writer;
use crate::mqtt::{DecodeError, EncodeError, PacketId, PacketType, Sender};

/// The body that the four acknowledgements of a publish share.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ack {
    /// The identifier of the PUBLISH.
    pub id: PacketId,
    /// How it went.
    pub reason: ReasonCode,
    /// Reason string and user properties.
    pub properties: Properties,
}

/// Where the properties of an acknowledgement stand, and the statement that lists its reason codes.
const fn rules(packet: PacketType) -> (Place, &'static str) {
    match packet {
        PacketType::PubRec => (Place::PubRec, "MQTT-3.5.2-1"),
        PacketType::PubRel => (Place::PubRel, "MQTT-3.6.2-1"),
        PacketType::PubComp => (Place::PubComp, "MQTT-3.7.2-1"),
        _ => (Place::PubAck, "MQTT-3.4.2-1"),
    }
}

impl Ack {
    /// Success without properties.
    #[must_use]
    pub const fn new(id: PacketId) -> Self {
        Self { id, reason: ReasonCode::Success, properties: Properties::new() }
    }

    pub(super) fn decode(
        packet: PacketType,
        mut reader: Reader<'_>,
        from: Sender,
    ) -> Result<Self, DecodeError> {
        let (place, clause) = rules(packet);
        let id = reader.packet_id()?;
        // Two bytes: success. Three: a reason and no properties (3.4.2.1, 3.4.2.2.1).
        let reason = match reader.is_empty() {
            true => ReasonCode::Success,
            false => ReasonCode::decode(&mut reader, packet, from, clause)?,
        };
        let properties = match reader.is_empty() {
            true => Properties::new(),
            false => Properties::decode(&mut reader, place, from)?,
        };
        reader.finish("MQTT-2.1.4")?;
        Ok(Self { id, reason, properties })
    }

    pub(super) fn encode(&self, packet: PacketType, out: &mut Vec<u8>) -> Result<(), EncodeError> {
        let mut writer = Writer::default();
        writer.u16(self.id.get());
        if self.reason != ReasonCode::Success || !self.properties.is_empty() {
            writer.u8(self.reason.byte());
        }
        if !self.properties.is_empty() {
            self.properties.encode(&mut writer)?;
        }
        writer.finish(packet.first_byte(), out)
    }
}

impl fmt::Display for Ack {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "reason={}{}", self.reason, self.properties)
    }
}
