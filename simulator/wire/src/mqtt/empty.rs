//! PINGREQ, PINGRESP and DISCONNECT: in 3.1.1 all are a fixed header and no more.

use super::reader::Reader;
use super::{DecodeError, EncodeError, PacketType, fixed_header};

/// The empty body.
pub(super) struct Empty;

impl Empty {
    pub(super) fn decode(reader: &Reader<'_>) -> Result<Self, DecodeError> {
        reader.finish("MQTT-2.2.3").map(|()| Self)
    }

    #[expect(clippy::unused_self, reason = "reads like its siblings")]
    pub(super) fn encode(self, packet: PacketType, out: &mut Vec<u8>) -> Result<(), EncodeError> {
        fixed_header::encode(packet.first_byte(), 0, out)
    }
}

#[cfg(test)]
mod tests {
    use crate::mqtt::{Fault, Packet, Sender};

    #[test]
    fn literal_bytes() {
        let cases = [
            ([0xc0, 0x00], Packet::PingReq, Sender::Client),
            ([0xd0, 0x00], Packet::PingResp, Sender::Server),
            ([0xe0, 0x00], Packet::Disconnect, Sender::Client),
        ];
        for (bytes, packet, from) in cases {
            assert_eq!(Packet::decode(&bytes, from), Ok(packet.clone()));
            assert_eq!(packet.to_bytes().unwrap(), bytes.as_slice());
        }
    }

    #[test]
    fn a_body_is_rejected() {
        let error = Packet::decode(&[0xe0, 0x01, 0x00], Sender::Client).unwrap_err();
        assert_eq!(error.fault, Fault::TrailingBytes { count: 1 });
        assert_eq!(error.to_string(), "end of packet at byte 2: bytes left over: 1 [MQTT-2.2.3]");
    }

    #[test]
    fn disconnect_with_flags_breaks_its_own_clause() {
        assert_eq!(Packet::decode(&[0xe1, 0x00], Sender::Client).unwrap_err().clause, "MQTT-3.14.1-1");
        assert_eq!(Packet::decode(&[0xc8, 0x00], Sender::Client).unwrap_err().clause, "MQTT-2.2.2-2");
    }
}
