//! All properties with their types and places (table 2-4 of the standard).

use std::fmt;

use bytes::Bytes;

use super::field::{AuthenticationData, Field, SubscriptionId};
use crate::mqtt::reader::Reader;
use crate::mqtt::writer::Writer;
use crate::mqtt::{DecodeError, EncodeError};

/// Where properties stand: a packet, or the will within CONNECT.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "the names are those of the standard")]
pub enum Place {
    Connect,
    Will,
    ConnAck,
    Publish,
    PubAck,
    PubRec,
    PubRel,
    PubComp,
    Subscribe,
    SubAck,
    Unsubscribe,
    UnsubAck,
    Disconnect,
    Auth,
}

impl Place {
    /// All places.
    pub const ALL: [Self; 14] = [
        Self::Connect,
        Self::Will,
        Self::ConnAck,
        Self::Publish,
        Self::PubAck,
        Self::PubRec,
        Self::PubRel,
        Self::PubComp,
        Self::Subscribe,
        Self::SubAck,
        Self::Unsubscribe,
        Self::UnsubAck,
        Self::Disconnect,
        Self::Auth,
    ];

    /// The section that lists the properties of this place.
    #[must_use]
    pub const fn clause(self) -> &'static str {
        match self {
            Self::Connect => "MQTT-3.1.2.11",
            Self::Will => "MQTT-3.1.3.2",
            Self::ConnAck => "MQTT-3.2.2.3",
            Self::Publish => "MQTT-3.3.2.3",
            Self::PubAck => "MQTT-3.4.2.2",
            Self::PubRec => "MQTT-3.5.2.2",
            Self::PubRel => "MQTT-3.6.2.2",
            Self::PubComp => "MQTT-3.7.2.2",
            Self::Subscribe => "MQTT-3.8.2.1",
            Self::SubAck => "MQTT-3.9.2.1",
            Self::Unsubscribe => "MQTT-3.10.2.1",
            Self::UnsubAck => "MQTT-3.11.2.1",
            Self::Disconnect => "MQTT-3.14.2.2",
            Self::Auth => "MQTT-3.15.2.2",
        }
    }
}

macro_rules! properties {
    ($( $id:literal $Name:ident($Type:ty) $words:literal [$($Place:ident)*] )*) => {
        /// One property. The variants are the names of the standard, the types those of its data types.
        #[derive(Clone, Debug, PartialEq, Eq)]
        #[non_exhaustive]
        pub enum Property {
            $( #[doc = concat!("Property `", stringify!($id), "`, ", $words, ".")] $Name($Type), )*
        }

        impl Property {
            /// The identifier on the wire.
            #[must_use]
            pub const fn id(&self) -> u8 {
                match self { $( Self::$Name(_) => $id, )* }
            }

            /// The name in the words of the standard.
            #[must_use]
            pub const fn name(&self) -> &'static str {
                match self { $( Self::$Name(_) => $words, )* }
            }

            /// True when properties of this kind stand in `place`.
            #[must_use]
            pub fn belongs_to(&self, place: Place) -> bool {
                match self { $( Self::$Name(_) => [$(Place::$Place),*].contains(&place), )* }
            }

            /// Reads the value behind an identifier; `None` when there is no such property.
            pub(super) fn read(
                id: usize,
                reader: &mut Reader<'_>,
                clause: &'static str,
            ) -> Option<Result<Self, DecodeError>> {
                Some(match id {
                    $( $id => <$Type>::read(reader, $words, clause).map(Self::$Name), )*
                    _ => return None,
                })
            }

            pub(super) fn write(&self, writer: &mut Writer) -> Result<(), EncodeError> {
                writer.u8(self.id());
                match self { $( Self::$Name(value) => value.write(writer, $words), )* }
            }

            /// Bytes of the value itself, without identifier and lengths.
            pub(super) fn bytes(&self) -> usize {
                match self { $( Self::$Name(value) => Field::bytes(value), )* }
            }
        }
    };
}

properties! {
    0x01 PayloadFormatIndicator(bool) "payload format indicator" [Publish Will]
    0x02 MessageExpiryInterval(u32) "message expiry interval" [Publish Will]
    0x03 ContentType(String) "content type" [Publish Will]
    0x08 ResponseTopic(String) "response topic" [Publish Will]
    0x09 CorrelationData(Bytes) "correlation data" [Publish Will]
    0x0b SubscriptionIdentifier(SubscriptionId) "subscription identifier" [Publish Subscribe]
    0x11 SessionExpiryInterval(u32) "session expiry interval" [Connect ConnAck Disconnect]
    0x12 AssignedClientIdentifier(String) "assigned client identifier" [ConnAck]
    0x13 ServerKeepAlive(u16) "server keep alive" [ConnAck]
    0x15 AuthenticationMethod(String) "authentication method" [Connect ConnAck Auth]
    0x16 AuthenticationData(AuthenticationData) "authentication data" [Connect ConnAck Auth]
    0x17 RequestProblemInformation(bool) "request problem information" [Connect]
    0x18 WillDelayInterval(u32) "will delay interval" [Will]
    0x19 RequestResponseInformation(bool) "request response information" [Connect]
    0x1a ResponseInformation(String) "response information" [ConnAck]
    0x1c ServerReference(String) "server reference" [ConnAck Disconnect]
    0x1f ReasonString(String) "reason string"
        [ConnAck PubAck PubRec PubRel PubComp SubAck UnsubAck Disconnect Auth]
    0x21 ReceiveMaximum(u16) "receive maximum" [Connect ConnAck]
    0x22 TopicAliasMaximum(u16) "topic alias maximum" [Connect ConnAck]
    0x23 TopicAlias(u16) "topic alias" [Publish]
    0x24 MaximumQoS(bool) "maximum qos" [ConnAck]
    0x25 RetainAvailable(bool) "retain available" [ConnAck]
    0x26 UserProperty((String, String)) "user property"
        [Connect Will ConnAck Publish PubAck PubRec PubRel PubComp Subscribe SubAck Unsubscribe UnsubAck Disconnect Auth]
    0x27 MaximumPacketSize(u32) "maximum packet size" [Connect ConnAck]
    0x28 WildcardSubscriptionAvailable(bool) "wildcard subscription available" [ConnAck]
    0x29 SubscriptionIdentifierAvailable(bool) "subscription identifier available" [ConnAck]
    0x2a SharedSubscriptionAvailable(bool) "shared subscription available" [ConnAck]
}

impl Property {
    /// A user property.
    pub fn user(name: impl Into<String>, value: impl Into<String>) -> Self {
        Self::UserProperty((name.into(), value.into()))
    }

    /// True for those that may stand more than once: user properties, and in PUBLISH subscription identifiers (3.3.2.3.8).
    #[must_use]
    pub fn may_repeat(&self, place: Place) -> bool {
        match self {
            Self::UserProperty(_) => true,
            Self::SubscriptionIdentifier(_) => place == Place::Publish,
            _ => false,
        }
    }

    /// The statement that a value breaks which its type would allow, the value, and what is allowed.
    pub(super) fn bad_value(&self, place: Place) -> Option<(&'static str, u32, &'static str)> {
        match self {
            Self::ReceiveMaximum(0) => Some((place.clause(), 0, "1 to 65535")),
            Self::MaximumPacketSize(0) => Some((place.clause(), 0, "1 to 4294967295")),
            Self::TopicAlias(0) => Some(("MQTT-3.3.2-8", 0, "1 to 65535")),
            Self::SubscriptionIdentifier(SubscriptionId(0)) => Some((place.clause(), 0, "1 to 268435455")),
            _ => None,
        }
    }
}

/// For people; authentication data is shown by its length.
impl fmt::Display for Property {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UserProperty((name, value)) => write!(f, "{name:?}={value:?}"),
            Self::ContentType(text)
            | Self::ResponseTopic(text)
            | Self::AssignedClientIdentifier(text)
            | Self::AuthenticationMethod(text)
            | Self::ResponseInformation(text)
            | Self::ServerReference(text)
            | Self::ReasonString(text) => write!(f, "{}={text:?}", self.name()),
            Self::CorrelationData(bytes) => write!(f, "{}=<{} bytes>", self.name(), bytes.len()),
            Self::AuthenticationData(data) => write!(f, "{}={data:?}", self.name()),
            Self::SubscriptionIdentifier(SubscriptionId(number))
            | Self::MessageExpiryInterval(number)
            | Self::SessionExpiryInterval(number)
            | Self::WillDelayInterval(number)
            | Self::MaximumPacketSize(number) => write!(f, "{}={number}", self.name()),
            Self::ServerKeepAlive(number)
            | Self::ReceiveMaximum(number)
            | Self::TopicAliasMaximum(number)
            | Self::TopicAlias(number) => write!(f, "{}={number}", self.name()),
            Self::PayloadFormatIndicator(yes)
            | Self::RequestProblemInformation(yes)
            | Self::RequestResponseInformation(yes)
            | Self::MaximumQoS(yes)
            | Self::RetainAvailable(yes)
            | Self::WildcardSubscriptionAvailable(yes)
            | Self::SubscriptionIdentifierAvailable(yes)
            | Self::SharedSubscriptionAvailable(yes) => write!(f, "{}={}", self.name(), u8::from(*yes)),
        }
    }
}
