//! What a receiver answers to a packet that it cannot take.

use super::ReasonCode;
use crate::mqtt::{DecodeError, Fault};

/// The reason code for CONNACK or DISCONNECT after an error (4.13): a malformed packet cannot be read, a protocol error can be
/// read and must not be.
#[must_use]
pub const fn reason_code(error: &DecodeError) -> ReasonCode {
    match error.fault {
        Fault::ProtocolName { .. } | Fault::ProtocolLevel { .. } => ReasonCode::UnsupportedProtocolVersion,
        Fault::TooLarge { .. } => ReasonCode::PacketTooLarge,
        Fault::WrongSender { .. }
        | Fault::RepeatedProperty { .. }
        | Fault::PropertyValue { .. }
        | Fault::MissingProperty { .. }
        | Fault::RetainHandling3
        | Fault::SharedNoLocal
        | Fault::EmptyList
        | Fault::ReservedCode { .. }
        | Fault::PacketIdZero => ReasonCode::ProtocolError,
        _ => ReasonCode::MalformedPacket,
    }
}
