//! Reason codes (table 2-6 of the standard).

use std::fmt;

use crate::mqtt::reader::Reader;
use crate::mqtt::{DecodeError, Fault, PacketType, Sender};

macro_rules! reasons {
    ($( $byte:literal $Name:ident $words:literal [$($Packet:ident)*] )*) => {
        /// A reason code. From 0x80 on it says that something failed.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u8)]
        pub enum ReasonCode {
            $( #[doc = concat!("`", stringify!($byte), "`: ", $words, ".")] $Name = $byte, )*
        }

        impl ReasonCode {
            /// All codes in the order of their numbers.
            pub const ALL: &'static [Self] = &[$( Self::$Name, )*];

            /// The words of the standard.
            #[must_use]
            pub const fn words(self) -> &'static str {
                match self { $( Self::$Name => $words, )* }
            }

            /// True when a packet of this type may have it.
            #[must_use]
            pub fn belongs_to(self, packet: PacketType) -> bool {
                match self { $( Self::$Name => [$(PacketType::$Packet),*].contains(&packet), )* }
            }
        }
    };
}

reasons! {
    0x00 Success "success, normal disconnection or granted qos 0"
        [ConnAck PubAck PubRec PubRel PubComp SubAck UnsubAck Disconnect Auth]
    0x01 GrantedQoS1 "granted qos 1" [SubAck]
    0x02 GrantedQoS2 "granted qos 2" [SubAck]
    0x04 DisconnectWithWill "disconnect with will message" [Disconnect]
    0x10 NoMatchingSubscribers "no matching subscribers" [PubAck PubRec]
    0x11 NoSubscriptionExisted "no subscription existed" [UnsubAck]
    0x18 ContinueAuthentication "continue authentication" [Auth]
    0x19 ReAuthenticate "re-authenticate" [Auth]
    0x80 UnspecifiedError "unspecified error" [ConnAck PubAck PubRec SubAck UnsubAck Disconnect]
    0x81 MalformedPacket "malformed packet" [ConnAck Disconnect]
    0x82 ProtocolError "protocol error" [ConnAck Disconnect]
    0x83 ImplementationSpecificError "implementation specific error"
        [ConnAck PubAck PubRec SubAck UnsubAck Disconnect]
    0x84 UnsupportedProtocolVersion "unsupported protocol version" [ConnAck]
    0x85 ClientIdentifierNotValid "client identifier not valid" [ConnAck]
    0x86 BadUserNameOrPassword "bad user name or password" [ConnAck]
    0x87 NotAuthorized "not authorized" [ConnAck PubAck PubRec SubAck UnsubAck Disconnect]
    0x88 ServerUnavailable "server unavailable" [ConnAck]
    0x89 ServerBusy "server busy" [ConnAck Disconnect]
    0x8a Banned "banned" [ConnAck]
    0x8b ServerShuttingDown "server shutting down" [Disconnect]
    0x8c BadAuthenticationMethod "bad authentication method" [ConnAck Disconnect]
    0x8d KeepAliveTimeout "keep alive timeout" [Disconnect]
    0x8e SessionTakenOver "session taken over" [Disconnect]
    0x8f TopicFilterInvalid "topic filter invalid" [SubAck UnsubAck Disconnect]
    0x90 TopicNameInvalid "topic name invalid" [ConnAck PubAck PubRec Disconnect]
    0x91 PacketIdentifierInUse "packet identifier in use" [PubAck PubRec SubAck UnsubAck]
    0x92 PacketIdentifierNotFound "packet identifier not found" [PubRel PubComp]
    0x93 ReceiveMaximumExceeded "receive maximum exceeded" [Disconnect]
    0x94 TopicAliasInvalid "topic alias invalid" [Disconnect]
    0x95 PacketTooLarge "packet too large" [ConnAck Disconnect]
    0x96 MessageRateTooHigh "message rate too high" [Disconnect]
    0x97 QuotaExceeded "quota exceeded" [ConnAck PubAck PubRec SubAck Disconnect]
    0x98 AdministrativeAction "administrative action" [Disconnect]
    0x99 PayloadFormatInvalid "payload format invalid" [ConnAck PubAck PubRec Disconnect]
    0x9a RetainNotSupported "retain not supported" [ConnAck Disconnect]
    0x9b QoSNotSupported "qos not supported" [ConnAck Disconnect]
    0x9c UseAnotherServer "use another server" [ConnAck Disconnect]
    0x9d ServerMoved "server moved" [ConnAck Disconnect]
    0x9e SharedSubscriptionsNotSupported "shared subscriptions not supported" [SubAck Disconnect]
    0x9f ConnectionRateExceeded "connection rate exceeded" [ConnAck Disconnect]
    0xa0 MaximumConnectTime "maximum connect time" [Disconnect]
    0xa1 SubscriptionIdentifiersNotSupported "subscription identifiers not supported" [SubAck Disconnect]
    0xa2 WildcardSubscriptionsNotSupported "wildcard subscriptions not supported" [SubAck Disconnect]
}

impl ReasonCode {
    /// The byte on the wire.
    #[must_use]
    pub const fn byte(self) -> u8 {
        self as u8
    }

    /// `None` for a byte that is no reason code.
    #[must_use]
    pub fn from_byte(byte: u8) -> Option<Self> {
        Self::ALL.iter().copied().find(|code| code.byte() == byte)
    }

    /// True for those that say that something failed (2.4).
    #[must_use]
    pub const fn is_failure(self) -> bool {
        self.byte() >= 0x80
    }

    /// True when this side may send it in DISCONNECT and AUTH (tables 3-13 and 3-16); other packets have one sender or treat
    /// both alike.
    #[must_use]
    pub const fn is_sent_by(self, packet: PacketType, from: Sender) -> bool {
        match (packet, self, from) {
            (PacketType::Disconnect, Self::DisconnectWithWill, from) => matches!(from, Sender::Client),
            (PacketType::Disconnect, code, Sender::Client) => {
                !matches!(code.byte(), 0x87 | 0x89 | 0x8b | 0x8c | 0x8d | 0x8e | 0x8f | 0x9a..=0xa2)
            }
            (PacketType::Auth, Self::Success, from) => matches!(from, Sender::Server),
            (PacketType::Auth, Self::ReAuthenticate, from) => matches!(from, Sender::Client),
            _ => true,
        }
    }

    /// Reads the code of a packet; `clause` is the statement that lists those it may have.
    pub(super) fn decode(
        reader: &mut Reader<'_>,
        packet: PacketType,
        from: Sender,
        clause: &'static str,
    ) -> Result<Self, DecodeError> {
        let offset = reader.offset();
        let byte = reader.u8("reason code", clause)?;
        Self::from_byte(byte).filter(|code| code.belongs_to(packet) && code.is_sent_by(packet, from)).ok_or(
            DecodeError { clause, offset, field: "reason code", fault: Fault::ReservedCode { found: byte } },
        )
    }
}

impl fmt::Display for ReasonCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "0x{:02x} ({})", self.byte(), self.words())
    }
}
