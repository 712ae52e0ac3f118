//! PUBACK, PUBREC, PUBREL, PUBCOMP and UNSUBACK: in 3.1.1 all are a packet identifier and no more.

use super::reader::Reader;
use super::writer::Writer;
use super::{DecodeError, EncodeError, PacketId, PacketType};

/// The body that the five acknowledgements share.
pub(super) struct Ack {
    pub(super) id: PacketId,
}

impl Ack {
    pub(super) fn decode(mut reader: Reader<'_>) -> Result<Self, DecodeError> {
        let id = reader.packet_id()?;
        reader.finish("MQTT-2.2.3")?;
        Ok(Self { id })
    }

    pub(super) fn encode(&self, packet: PacketType, out: &mut Vec<u8>) -> Result<(), EncodeError> {
        let mut writer = Writer::default();
        writer.u16(self.id.get());
        writer.finish(packet.first_byte(), out)
    }
}

#[cfg(test)]
mod tests {
    use crate::mqtt::{Fault, Packet, PacketId, PacketType, Sender};

    fn id(id: u16) -> PacketId {
        PacketId::new(id).unwrap()
    }

    #[test]
    fn literal_acknowledgements() {
        // Figures 3.12 to 3.19, 3.31 and 3.32 of the standard, with packet identifier 10.
        let cases = [
            ([0x40, 0x02, 0x00, 0x0a], Packet::PubAck(id(10))),
            ([0x50, 0x02, 0x00, 0x0a], Packet::PubRec(id(10))),
            ([0x62, 0x02, 0x00, 0x0a], Packet::PubRel(id(10))),
            ([0x70, 0x02, 0x00, 0x0a], Packet::PubComp(id(10))),
            ([0xb0, 0x02, 0x00, 0x0a], Packet::UnsubAck(id(10))),
        ];
        for (bytes, packet) in cases {
            assert_eq!(Packet::decode(&bytes, Sender::Server), Ok(packet.clone()));
            assert_eq!(packet.to_bytes().unwrap(), bytes.as_slice());
        }
    }

    #[test]
    fn packet_identifier_zero_is_rejected_and_one_is_taken() {
        assert!(Packet::decode(&[0x40, 0x02, 0x00, 0x01], Sender::Client).is_ok());
        let error = Packet::decode(&[0x40, 0x02, 0x00, 0x00], Sender::Client).unwrap_err();
        assert_eq!(
            error.to_string(),
            "packet identifier at byte 2: packet identifier is zero [MQTT-2.3.1-1]"
        );
    }

    #[test]
    fn one_byte_too_few_and_one_too_many_are_rejected() {
        let error = Packet::decode(&[0x40, 0x01, 0x00], Sender::Client).unwrap_err();
        assert_eq!(error.fault, Fault::Truncated { needed: 2, available: 1 });
        let error = Packet::decode(&[0x40, 0x03, 0x00, 0x01, 0x00], Sender::Client).unwrap_err();
        assert_eq!((error.offset, error.fault), (4, Fault::TrailingBytes { count: 1 }));
    }

    #[test]
    fn a_resent_pubrel_with_the_dup_bit_of_mqtt_3_1_is_rejected() {
        // 0x6a instead of 0x62 is a mistake that real clients make.
        let error = Packet::decode(&[0x6a, 0x02, 0x00, 0x01], Sender::Client).unwrap_err();
        assert_eq!(error.clause, "MQTT-3.6.1-1");
        assert_eq!(
            error.fault,
            Fault::FixedFlags { packet: PacketType::PubRel, found: 0x0a, expected: 0x02 }
        );
    }
}
