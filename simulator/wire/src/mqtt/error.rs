//! What a decoder found, where, and which clause it breaks.

use thiserror::Error;

use super::{ConnectCode, PacketType, Sender, TopicFault};

/// A packet that breaks the standard.
///
/// Displays as one lowercase fragment that ends with the clause:
/// `connect flags at byte 9: reserved bit is set (found 0x03) [MQTT-3.1.2-3]`.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{field} at byte {offset}: {fault} [{clause}]")]
#[non_exhaustive]
pub struct DecodeError {
    /// The statement or section of the standard in the packet's version, such as `MQTT-3.1.2-3` or `MQTT-2.2.3`.
    pub clause: &'static str,
    /// Where the offending field starts, in bytes from the first byte of the packet.
    pub offset: usize,
    /// The field in the words of the standard, such as `connect flags`.
    pub field: &'static str,
    /// What is wrong with it.
    pub fault: Fault,
}

impl DecodeError {
    /// The CONNACK code that a server sends before it closes, where the standard asks for one
    /// (MQTT-3.1.2-2, MQTT-3.1.3-8). `None`: close without a word.
    #[must_use]
    pub fn connect_code(&self) -> Option<ConnectCode> {
        match self.fault {
            Fault::ProtocolLevel { .. } => Some(ConnectCode::UnacceptableProtocolVersion),
            Fault::ClientIdMissing => Some(ConnectCode::IdentifierRejected),
            _ => None,
        }
    }
}

/// What is wrong with a field.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Fault {
    /// The packet ends inside the field.
    #[error("needs {needed} bytes but {available} are left")]
    Truncated {
        /// Bytes that the field needs.
        needed: usize,
        /// Bytes that are left in the packet.
        available: usize,
    },
    /// Bytes follow the last field.
    #[error("bytes left over: {count}")]
    TrailingBytes {
        /// How many.
        count: usize,
    },
    /// The remaining length has a fifth byte.
    #[error("the fourth byte of the remaining length has its continuation bit set (found 0x{found:02x})")]
    LengthTooLong {
        /// The fourth byte.
        found: u8,
    },
    /// A variable byte integer within a packet has a fifth byte.
    #[error("the fourth byte of the number has its continuation bit set (found 0x{found:02x})")]
    IntegerTooLong {
        /// The fourth byte.
        found: u8,
    },
    /// A variable byte integer with needless bytes (MQTT 5.0).
    #[error("fewer bytes could say the same number")]
    NotShortest,
    /// A property that does not exist (MQTT 5.0).
    #[error("property 0x{found:02x} does not exist")]
    UnknownProperty {
        /// Its identifier.
        found: usize,
    },
    /// A property that this packet does not have (MQTT 5.0).
    #[error("{name} does not belong here")]
    MisplacedProperty {
        /// Its name.
        name: &'static str,
    },
    /// A property of this packet that only the other side sends (MQTT 5.0).
    #[error("{name} is never sent by the {from}")]
    ForeignProperty {
        /// Its name.
        name: &'static str,
        /// Who sent it.
        from: Sender,
    },
    /// A property that may stand once comes again (MQTT 5.0).
    #[error("{name} comes twice")]
    RepeatedProperty {
        /// Its name.
        name: &'static str,
    },
    /// A property's value that the standard does not allow (MQTT 5.0).
    #[error("value is {found} where {allowed} is allowed")]
    PropertyValue {
        /// The value.
        found: u32,
        /// What is allowed.
        allowed: &'static str,
    },
    /// A property without which the rest has no meaning (MQTT 5.0).
    #[error("{name} is missing")]
    MissingProperty {
        /// Its name.
        name: &'static str,
    },
    /// Maximum QoS bits `11` of a subscription (MQTT 5.0).
    #[error("maximum qos 3 does not exist")]
    MaximumQoS3,
    /// Retain handling bits `11` (MQTT 5.0).
    #[error("retain handling 3 does not exist")]
    RetainHandling3,
    /// No Local on a shared subscription (MQTT 5.0).
    #[error("no local is set on a shared subscription")]
    SharedNoLocal,
    /// A shared subscription without a share name or without a filter (MQTT 5.0).
    #[error("shared subscription is not $share/name/filter")]
    ShareName,
    /// The packet is larger than the receiver takes.
    #[error("packet of {bytes} bytes exceeds the limit of {limit}")]
    TooLarge {
        /// Size of the whole packet that the fixed header claims.
        bytes: usize,
        /// The receiver's limit.
        limit: usize,
    },
    /// Packet type 0 or 15.
    #[error("packet type {found} is reserved")]
    ReservedType {
        /// The type.
        found: u8,
    },
    /// A packet that this side never sends.
    #[error("{found} is never sent by the {from}")]
    WrongSender {
        /// The packet.
        found: PacketType,
        /// Who sent it.
        from: Sender,
    },
    /// Flags of the fixed header that must have one value.
    #[error("flags of {packet} are 0x{found:x} instead of 0x{expected:x}")]
    FixedFlags {
        /// The packet.
        packet: PacketType,
        /// What they are.
        found: u8,
        /// What they must be.
        expected: u8,
    },
    /// A reserved bit is set.
    #[error("reserved bit is set (found 0x{found:02x})")]
    ReservedBits {
        /// The byte.
        found: u8,
    },
    /// QoS bits `11`.
    #[error("qos 3 does not exist")]
    QoS3,
    /// DUP on a QoS 0 message.
    #[error("dup is set on a qos 0 message")]
    DupAtQoS0,
    /// Packet identifier 0.
    #[error("packet identifier is zero")]
    PacketIdZero,
    /// Text that is not UTF-8, or that has a surrogate in it.
    #[error("ill-formed utf-8 after {valid} good bytes (found 0x{found:02x})")]
    IllFormedUtf8 {
        /// Bytes before the first bad one.
        valid: usize,
        /// The first bad byte.
        found: u8,
    },
    /// U+0000 in text.
    #[error("u+0000 in text after {after} bytes")]
    NullCharacter {
        /// Bytes before it.
        after: usize,
    },
    /// A topic name or filter that breaks the rules of section 4.7.
    #[error(transparent)]
    Topic(#[from] TopicFault),
    /// SUBSCRIBE or UNSUBSCRIBE without a filter, SUBACK without a code.
    #[error("the list is empty")]
    EmptyList,
    /// A protocol name that is none of MQTT's.
    #[error("protocol name is {found:?}")]
    ProtocolName {
        /// The name.
        found: String,
    },
    /// A level that does not go with the name, or that is not supported.
    #[error("protocol level {found} is not supported for {name:?}")]
    ProtocolLevel {
        /// The name.
        name: String,
        /// The level.
        found: u8,
    },
    /// Will QoS or will retain without a will.
    #[error("{part} is set without a will (flags 0x{found:02x})")]
    WillPartWithoutWill {
        /// `will qos` or `will retain`.
        part: &'static str,
        /// The connect flags.
        found: u8,
    },
    /// A password without a user name.
    #[error("password without a user name (flags 0x{found:02x})")]
    PasswordWithoutUserName {
        /// The connect flags.
        found: u8,
    },
    /// An empty client identifier with CleanSession 0.
    #[error("client identifier is empty and clean session is 0")]
    ClientIdMissing,
    /// Session present together with a refusal.
    #[error("session present is set in a refusal with code {code}")]
    SessionPresentInRefusal {
        /// The return code.
        code: u8,
    },
    /// A return code that the standard reserves.
    #[error("return code 0x{found:02x} is reserved")]
    ReservedCode {
        /// The code.
        found: u8,
    },
}

/// A packet that has no layout: nothing was written.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum EncodeError {
    /// A text or binary field does not fit its two length bytes (MQTT-1.5.3, MQTT-4.7.3-3).
    #[error("{field} of {bytes} bytes is longer than 65535")]
    FieldTooLong {
        /// The field.
        field: &'static str,
        /// Its length.
        bytes: usize,
    },
    /// The packet exceeds [`MAX_REMAINING_LENGTH`](super::MAX_REMAINING_LENGTH).
    #[error("remaining length of {bytes} bytes is larger than 268435455")]
    PacketTooLarge {
        /// Its remaining length.
        bytes: usize,
    },
    /// PUBLISH with QoS 1 or 2 and no packet identifier (MQTT-2.3.1-1).
    #[error("publish with qos above 0 has no packet identifier")]
    PacketIdMissing,
    /// PUBLISH with QoS 0 and a packet identifier (MQTT-2.3.1-5).
    #[error("publish with qos 0 has a packet identifier")]
    PacketIdAtQoS0,
}
