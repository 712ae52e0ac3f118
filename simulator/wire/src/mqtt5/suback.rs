//! SUBACK and UNSUBACK: a reason code for each filter.

use std::fmt;

use super::{Place, Properties, ReasonCode};
use crate::mqtt::reader::Reader;
use crate::mqtt::writer::Writer;
use crate::mqtt::{DecodeError, EncodeError, PacketId, PacketType, Sender};

/// The server's answer to SUBSCRIBE.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SubAck {
    /// The identifier of the SUBSCRIBE.
    pub id: PacketId,
    /// Reason string and user properties.
    pub properties: Properties,
    /// One code for each filter, in their order (MQTT-3.8.4-6).
    pub codes: Vec<ReasonCode>,
}

/// The server's answer to UNSUBSCRIBE.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnsubAck {
    /// The identifier of the UNSUBSCRIBE.
    pub id: PacketId,
    /// Reason string and user properties.
    pub properties: Properties,
    /// One code for each filter, in their order (MQTT-3.11.3-1).
    pub codes: Vec<ReasonCode>,
}

impl SubAck {
    pub(super) fn decode(mut reader: Reader<'_>, from: Sender) -> Result<Self, DecodeError> {
        let id = reader.packet_id()?;
        let properties = Properties::decode(&mut reader, Place::SubAck, from)?;
        let codes = codes(&mut reader, PacketType::SubAck, "MQTT-3.9.3-2")?;
        Ok(Self { id, properties, codes })
    }

    pub(super) fn encode(&self, out: &mut Vec<u8>) -> Result<(), EncodeError> {
        encode(PacketType::SubAck, self.id, &self.properties, &self.codes, out)
    }
}

impl UnsubAck {
    pub(super) fn decode(mut reader: Reader<'_>, from: Sender) -> Result<Self, DecodeError> {
        let id = reader.packet_id()?;
        let properties = Properties::decode(&mut reader, Place::UnsubAck, from)?;
        let codes = codes(&mut reader, PacketType::UnsubAck, "MQTT-3.11.3-2")?;
        Ok(Self { id, properties, codes })
    }

    pub(super) fn encode(&self, out: &mut Vec<u8>) -> Result<(), EncodeError> {
        encode(PacketType::UnsubAck, self.id, &self.properties, &self.codes, out)
    }
}

fn codes(
    reader: &mut Reader<'_>,
    packet: PacketType,
    clause: &'static str,
) -> Result<Vec<ReasonCode>, DecodeError> {
    reader.list("reason codes", clause, |reader| ReasonCode::decode(reader, packet, Sender::Server, clause))
}

fn encode(
    packet: PacketType,
    id: PacketId,
    properties: &Properties,
    codes: &[ReasonCode],
    out: &mut Vec<u8>,
) -> Result<(), EncodeError> {
    let mut writer = Writer::default();
    writer.u16(id.get());
    properties.encode(&mut writer)?;
    codes.iter().for_each(|code| writer.u8(code.byte()));
    writer.finish(packet.first_byte(), out)
}

fn show(codes: &[ReasonCode], properties: &Properties, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    f.write_str("codes=")?;
    for (index, code) in codes.iter().enumerate() {
        let comma = if index == 0 { "" } else { "," };
        write!(f, "{comma}0x{:02x}", code.byte())?;
    }
    write!(f, "{properties}")
}

impl fmt::Display for SubAck {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        show(&self.codes, &self.properties, f)
    }
}

impl fmt::Display for UnsubAck {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        show(&self.codes, &self.properties, f)
    }
}
