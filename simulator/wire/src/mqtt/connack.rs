//! CONNACK: the server's answer to CONNECT.

use std::fmt;

use super::reader::Reader;
use super::writer::Writer;
use super::{DecodeError, EncodeError, Fault, PacketType};

/// A return code of CONNACK (table 3.1 of the standard).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum ConnectCode {
    /// 0: connection accepted.
    Accepted = 0,
    /// 1: the server does not support this level of MQTT.
    UnacceptableProtocolVersion = 1,
    /// 2: the client identifier is well-formed but not allowed.
    IdentifierRejected = 2,
    /// 3: the MQTT service is unavailable.
    ServerUnavailable = 3,
    /// 4: user name or password is malformed.
    BadUserNameOrPassword = 4,
    /// 5: the client is not authorized.
    NotAuthorized = 5,
}

impl ConnectCode {
    /// All codes in the order of their numbers.
    pub const ALL: [Self; 6] = [
        Self::Accepted,
        Self::UnacceptableProtocolVersion,
        Self::IdentifierRejected,
        Self::ServerUnavailable,
        Self::BadUserNameOrPassword,
        Self::NotAuthorized,
    ];

    /// The byte on the wire.
    #[must_use]
    pub const fn byte(self) -> u8 {
        self as u8
    }

    /// `None` for a reserved code.
    #[must_use]
    pub fn from_byte(byte: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|code| code.byte() == byte)
    }
}

impl fmt::Display for ConnectCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Accepted => "accepted",
            Self::UnacceptableProtocolVersion => "unacceptable protocol version",
            Self::IdentifierRejected => "identifier rejected",
            Self::ServerUnavailable => "server unavailable",
            Self::BadUserNameOrPassword => "bad user name or password",
            Self::NotAuthorized => "not authorized",
        })
    }
}

/// The server's answer to CONNECT.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ConnAck {
    /// True when the server has stored state for this client (MQTT-3.2.2-2).
    pub session_present: bool,
    /// Accepted, or why not.
    pub code: ConnectCode,
}

impl ConnAck {
    pub(super) fn decode(mut reader: Reader<'_>) -> Result<Self, DecodeError> {
        let offset = reader.offset();
        let flags = reader.u8("connect acknowledge flags", "MQTT-3.2.2.1")?;
        let code_offset = reader.offset();
        let byte = reader.u8("return code", "MQTT-3.2.2.3")?;
        reader.finish("MQTT-2.2.3")?;
        let bad_flags =
            |clause, fault| DecodeError { clause, offset, field: "connect acknowledge flags", fault };
        if flags & 0xfe != 0 {
            return Err(bad_flags("MQTT-3.2.2.1", Fault::ReservedBits { found: flags }));
        }
        let Some(code) = ConnectCode::from_byte(byte) else {
            let fault = Fault::ReservedCode { found: byte };
            return Err(DecodeError {
                clause: "MQTT-3.2.2.3",
                offset: code_offset,
                field: "return code",
                fault,
            });
        };
        let session_present = flags == 1;
        if session_present && code != ConnectCode::Accepted {
            return Err(bad_flags("MQTT-3.2.2-4", Fault::SessionPresentInRefusal { code: byte }));
        }
        Ok(Self { session_present, code })
    }

    pub(super) fn encode(&self, out: &mut Vec<u8>) -> Result<(), EncodeError> {
        let mut writer = Writer::default();
        writer.u8(u8::from(self.session_present));
        writer.u8(self.code.byte());
        writer.finish(PacketType::ConnAck.first_byte(), out)
    }
}

impl fmt::Display for ConnAck {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "code={} ({})", self.code.byte(), self.code)?;
        if self.session_present { f.write_str(" session present") } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mqtt::{Packet, Sender};

    fn decode(bytes: &[u8]) -> Result<Packet, DecodeError> {
        Packet::decode(bytes, Sender::Server)
    }

    #[test]
    fn every_code_of_table_3_1() {
        for (byte, code) in (0..).zip(ConnectCode::ALL) {
            let packet = Packet::ConnAck(ConnAck { session_present: false, code });
            assert_eq!(decode(&[0x20, 0x02, 0x00, byte]), Ok(packet.clone()));
            assert_eq!(packet.to_bytes().unwrap(), [0x20, 0x02, 0x00, byte].as_slice());
        }
    }

    #[test]
    fn code_5_is_the_last() {
        let error = decode(&[0x20, 0x02, 0x00, 0x06]).unwrap_err();
        assert_eq!(error.to_string(), "return code at byte 3: return code 0x06 is reserved [MQTT-3.2.2.3]");
    }

    #[test]
    fn session_present_goes_with_acceptance_only() {
        let packet = Packet::ConnAck(ConnAck { session_present: true, code: ConnectCode::Accepted });
        assert_eq!(decode(&[0x20, 0x02, 0x01, 0x00]), Ok(packet));
        assert_eq!(decode(&[0x20, 0x02, 0x01, 0x05]).unwrap_err().clause, "MQTT-3.2.2-4");
    }

    #[test]
    fn reserved_acknowledge_flags_are_rejected() {
        let error = decode(&[0x20, 0x02, 0x02, 0x00]).unwrap_err();
        assert_eq!((error.offset, error.fault), (2, Fault::ReservedBits { found: 2 }));
    }

    #[test]
    fn a_device_reads_not_authorized_from_code_5() {
        // Both the hub and DPS refuse with 5; clients show this text.
        let packet = decode(&[0x20, 0x02, 0x00, 0x05]).unwrap();
        assert_eq!(packet.to_string(), "CONNACK code=5 (not authorized)");
    }
}
