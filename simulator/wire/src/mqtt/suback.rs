//! SUBACK: the server's answer to SUBSCRIBE.

use std::fmt;

use super::reader::Reader;
use super::writer::Writer;
use super::{DecodeError, EncodeError, Fault, PacketId, PacketType, QoS};

const FAILURE: u8 = 0x80;

/// What became of one requested filter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SubAckCode {
    /// Subscribed, with the highest QoS that the server will use.
    Granted(QoS),
    /// Refused: 0x80.
    Failure,
}

impl SubAckCode {
    /// The byte on the wire.
    #[must_use]
    pub const fn byte(self) -> u8 {
        match self {
            Self::Granted(qos) => qos.bits(),
            Self::Failure => FAILURE,
        }
    }

    /// `None` for a reserved code.
    #[must_use]
    pub const fn from_byte(byte: u8) -> Option<Self> {
        match (byte, QoS::from_bits(byte)) {
            (FAILURE, _) => Some(Self::Failure),
            (_, Some(qos)) => Some(Self::Granted(qos)),
            (_, None) => None,
        }
    }
}

/// The server's answer to SUBSCRIBE.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SubAck {
    /// The identifier of the SUBSCRIBE.
    pub id: PacketId,
    /// One code for each filter, in their order (MQTT-3.9.3-1).
    pub codes: Vec<SubAckCode>,
}

impl SubAck {
    pub(super) fn decode(mut reader: Reader<'_>) -> Result<Self, DecodeError> {
        let id = reader.packet_id()?;
        let codes = reader.list("return codes", "MQTT-3.8.4-5", |reader| {
            let (clause, offset, field) = ("MQTT-3.9.3-2", reader.offset(), "return code");
            let byte = reader.u8(field, clause)?;
            let fault = Fault::ReservedCode { found: byte };
            SubAckCode::from_byte(byte).ok_or(DecodeError { clause, offset, field, fault })
        })?;
        Ok(Self { id, codes })
    }

    pub(super) fn encode(&self, out: &mut Vec<u8>) -> Result<(), EncodeError> {
        let mut writer = Writer::default();
        writer.u16(self.id.get());
        for code in &self.codes {
            writer.u8(code.byte());
        }
        writer.finish(PacketType::SubAck.first_byte(), out)
    }
}

impl fmt::Display for SubAck {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("codes=")?;
        for (index, code) in self.codes.iter().enumerate() {
            let comma = if index == 0 { "" } else { "," };
            match code {
                SubAckCode::Granted(qos) => write!(f, "{comma}{qos}")?,
                SubAckCode::Failure => write!(f, "{comma}failure")?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mqtt::{Packet, Sender};

    #[test]
    fn figure_3_27() {
        // Success with maximum QoS 0, success with maximum QoS 2, failure.
        let bytes = [0x90, 0x05, 0x00, 0x0a, 0x00, 0x02, 0x80];
        let packet = Packet::SubAck(SubAck {
            id: PacketId::new(10).unwrap(),
            codes: vec![
                SubAckCode::Granted(QoS::AtMostOnce),
                SubAckCode::Granted(QoS::ExactlyOnce),
                SubAckCode::Failure,
            ],
        });
        assert_eq!(Packet::decode(&bytes, Sender::Server), Ok(packet.clone()));
        assert_eq!(packet.to_bytes().unwrap(), bytes.as_slice());
        assert_eq!(packet.to_string(), "SUBACK id=10 codes=0,2,failure");
    }

    #[test]
    fn codes_beside_the_four_are_reserved() {
        for byte in [0x03, 0x7f, 0x81, 0xff] {
            let error = Packet::decode(&[0x90, 0x04, 0x00, 0x0a, 0x01, byte], Sender::Server).unwrap_err();
            assert_eq!(error.clause, "MQTT-3.9.3-2");
            assert_eq!((error.offset, error.fault), (5, Fault::ReservedCode { found: byte }));
        }
    }

    #[test]
    fn no_code_at_all_is_rejected() {
        let error = Packet::decode(&[0x90, 0x02, 0x00, 0x0a], Sender::Server).unwrap_err();
        assert_eq!(error.to_string(), "return codes at byte 4: the list is empty [MQTT-3.8.4-5]");
    }
}
