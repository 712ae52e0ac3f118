//! What a receiver answers to a packet that it cannot take.

use super::ReasonCode;
use crate::mqtt::{DecodeError, Fault};

/// The reason code for CONNACK or DISCONNECT after an error (4.13).
///
/// Where the standard names no code beside a rule, its definitions decide (1.2): a malformed packet cannot be parsed; a protocol
/// error is found after parsing, in data that the protocol does not allow.
#[must_use]
pub const fn reason_code(error: &DecodeError) -> ReasonCode {
    match error.fault {
        // 3.1.2.1, 3.1.2.2.
        Fault::ProtocolName { .. } | Fault::ProtocolLevel { .. } => ReasonCode::UnsupportedProtocolVersion,
        // 3.2.2.3.6.
        Fault::TooLarge { .. } => ReasonCode::PacketTooLarge,
        Fault::Truncated { .. }
        | Fault::TrailingBytes { .. }
        | Fault::LengthTooLong { .. }
        | Fault::IntegerTooLong { .. }
        | Fault::NotShortest
        | Fault::ReservedType { .. }
        // Named so: 2.1.3, 3.1.2.3, 3.8.3-5.
        | Fault::FixedFlags { .. }
        | Fault::ReservedBits { .. }
        // Named so: 3.1.2-12, 3.3.1-4.
        | Fault::QoS3
        // Named so: 1.5.4-1, 1.5.4-2.
        | Fault::IllFormedUtf8 { .. }
        | Fault::NullCharacter { .. }
        // Named so: 2.2.2.2, also of one that belongs to other packets.
        | Fault::UnknownProperty { .. }
        | Fault::MisplacedProperty { .. } => ReasonCode::MalformedPacket,
        // Named so: 3.1.2.11 and its like for other packets, 3.15.2.2.2.
        Fault::RepeatedProperty { .. }
        | Fault::PropertyValue { .. }
        | Fault::MissingProperty { .. }
        // Named so: 3.8.3.1, 3.8.3-2, 3.8.3-4, 3.10.3-2.
        | Fault::MaximumQoS3
        | Fault::RetainHandling3
        | Fault::SharedNoLocal
        | Fault::EmptyList
        // Named so for PUBLISH without name and alias (3.3.2.1), by definition for the other rules of 4.7 and 4.8.2.
        | Fault::Topic(_)
        | Fault::ShareName
        // By definition.
        | Fault::WrongSender { .. }
        | Fault::ForeignProperty { .. }
        | Fault::WillPartWithoutWill { .. }
        | Fault::DupAtQoS0
        | Fault::PacketIdZero
        | Fault::ReservedCode { .. }
        | Fault::SessionPresentInRefusal { .. }
        // Of 3.1.1 alone.
        | Fault::PasswordWithoutUserName { .. }
        | Fault::ClientIdMissing => ReasonCode::ProtocolError,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mqtt::Sender;
    use crate::mqtt5::Packet;

    #[test]
    fn malformed_packets_and_protocol_errors_are_told_apart() {
        // Each with the clause that names it, or that it breaks.
        let malformed: [(&[u8], &str); 11] = [
            (b"\x00\x00", "MQTT-2.1.2"),
            (b"\xc1\x00", "MQTT-2.1.3-1"),
            (b"\xc0\x01\x00", "MQTT-2.1.4"),
            (b"\xc0\x80\x00", "MQTT-1.5.5-1"),
            (b"\x10\x0e\0\x04MQTT\x05\x03\0\0\0\0\x01c", "MQTT-3.1.2-3"),
            (b"\x10\x0e\0\x04MQTT\x05\x1e\0\0\0\0\x01c", "MQTT-3.1.2-12"),
            (b"\x36\x07\0\x01a\0\x01\0x", "MQTT-3.3.1-4"),
            (b"\x30\x04\0\x01\xff\0", "MQTT-1.5.4-1"),
            (b"\x30\x04\0\x01\0\0", "MQTT-1.5.4-2"),
            (b"\x30\x07\0\x01a\x03\x21\0\x01", "MQTT-2.2.2.2"),
            (b"\x82\x07\0\x0a\0\0\x01a\x40", "MQTT-3.8.3-5"),
        ];
        let errors: [(&[u8], &str); 17] = [
            (b"\x20\x03\0\0\0", "MQTT-2.1.2"),
            (b"\x10\x0e\0\x04MQTT\x05\x0a\0\0\0\0\x01c", "MQTT-3.1.2-11"),
            (b"\x10\x0e\0\x04MQTT\x05\x22\0\0\0\0\x01c", "MQTT-3.1.2-13"),
            (b"\x10\x11\0\x04MQTT\x05\x02\0\0\x03\x21\0\0\0\x01c", "MQTT-3.1.2.11"),
            (b"\x30\x03\0\0\0", "MQTT-4.7.3-1"),
            (b"\x30\x04\0\x01+\0", "MQTT-3.3.2-2"),
            (b"\x38\x04\0\x01a\0", "MQTT-3.3.1-2"),
            (b"\x30\x06\0\x01a\x02\x0b\x01", "MQTT-3.3.4-6"),
            (b"\x30\x08\0\x01a\x04\x01\x01\x01\x01", "MQTT-3.3.2.3"),
            (b"\x32\x06\0\x01a\0\0\0", "MQTT-2.2.1-3"),
            (b"\x40\x03\0\x0a\x92", "MQTT-3.4.2-1"),
            (b"\x82\x03\0\x0a\0", "MQTT-3.8.3-2"),
            (b"\x82\x07\0\x0a\0\0\x01a\x03", "MQTT-3.8.3.1"),
            (b"\x82\x07\0\x0a\0\0\x01a\x30", "MQTT-3.8.3.1"),
            (b"\x82\x0e\0\x0a\0\0\x08$share/g\0", "MQTT-4.8.2-1"),
            (b"\xa2\x03\0\x0a\0", "MQTT-3.10.3-2"),
            (b"\xf0\x02\x19\0", "MQTT-3.15.2.2.2"),
        ];
        let malformed = malformed.map(|(frame, clause)| (frame, clause, ReasonCode::MalformedPacket));
        let errors = errors.map(|(frame, clause)| (frame, clause, ReasonCode::ProtocolError));
        for (frame, clause, code) in malformed.into_iter().chain(errors) {
            let error = Packet::decode(frame, Sender::Client).unwrap_err();
            assert_eq!((error.clause, reason_code(&error)), (clause, code), "{error}");
        }
    }
}
