//! The list of properties of a packet.

use std::fmt;

use bytes::Bytes;

use super::{Place, Property};
use crate::mqtt::reader::Reader;
use crate::mqtt::writer::Writer;
use crate::mqtt::{DecodeError, EncodeError, Fault, Sender, check_topic_name};

/// Properties in the order of the packet.
///
/// ```
/// use nanorig_wire::mqtt5::{Properties, Property};
///
/// let properties = Properties(vec![Property::ReceiveMaximum(16), Property::user("host", "contoso.azure-devices.net")]);
/// assert_eq!(properties.user("host"), Some("contoso.azure-devices.net"));
/// assert_eq!(properties.receive_maximum(), Some(16));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Properties(pub Vec<Property>);

macro_rules! getters {
    ($( $getter:ident $Name:ident $Type:ty )*) => {
        $(
            #[doc = concat!("The value of `", stringify!($Name), "`.")]
            #[must_use]
            pub fn $getter(&self) -> Option<$Type> {
                self.0.iter().find_map(|property| match property {
                    Property::$Name(value) => Some(*value),
                    _ => None,
                })
            }
        )*
    };
}

macro_rules! texts {
    ($( $getter:ident $Name:ident )*) => {
        $(
            #[doc = concat!("The value of `", stringify!($Name), "`.")]
            #[must_use]
            pub fn $getter(&self) -> Option<&str> {
                self.0.iter().find_map(|property| match property {
                    Property::$Name(value) => Some(value.as_str()),
                    _ => None,
                })
            }
        )*
    };
}

impl Properties {
    getters! {
        session_expiry_interval SessionExpiryInterval u32
        message_expiry_interval MessageExpiryInterval u32
        maximum_packet_size MaximumPacketSize u32
        receive_maximum ReceiveMaximum u16
        topic_alias_maximum TopicAliasMaximum u16
        topic_alias TopicAlias u16
        server_keep_alive ServerKeepAlive u16
        request_problem_information RequestProblemInformation bool
    }

    texts! {
        content_type ContentType
        authentication_method AuthenticationMethod
        reason_string ReasonString
    }

    /// No properties.
    #[must_use]
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// The value of `CorrelationData`.
    #[must_use]
    pub fn correlation_data(&self) -> Option<&Bytes> {
        self.0.iter().find_map(|property| match property {
            Property::CorrelationData(data) => Some(data),
            _ => None,
        })
    }

    /// The value of `AuthenticationData`. A secret.
    #[must_use]
    pub fn authentication_data(&self) -> Option<&Bytes> {
        self.0.iter().find_map(|property| match property {
            Property::AuthenticationData(data) => Some(&data.0),
            _ => None,
        })
    }

    /// The first user property of this name.
    #[must_use]
    pub fn user(&self, name: &str) -> Option<&str> {
        self.users().find(|(of, _)| *of == name).map(|(_, value)| value)
    }

    /// All user properties, in order.
    pub fn users(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().filter_map(|property| match property {
            Property::UserProperty((name, value)) => Some((name.as_str(), value.as_str())),
            _ => None,
        })
    }

    /// True when there is a subscription identifier.
    #[must_use]
    pub fn has_subscription_identifier(&self) -> bool {
        self.0.iter().any(|property| matches!(property, Property::SubscriptionIdentifier(_)))
    }

    /// Appends a property.
    pub fn push(&mut self, property: Property) {
        self.0.push(property);
    }

    /// Appends a user property.
    pub fn push_user(&mut self, name: impl Into<String>, value: impl Into<String>) {
        self.push(Property::user(name, value));
    }

    /// True without any property.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Bytes of all values, without identifiers and lengths.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.0.iter().map(Property::bytes).sum()
    }

    pub(super) fn decode(reader: &mut Reader<'_>, place: Place, from: Sender) -> Result<Self, DecodeError> {
        let length = reader.varint("property length", "MQTT-2.2.2-1")?;
        let mut part = reader.part(length, "properties", "MQTT-2.2.2.1")?;
        let mut properties = Vec::new();
        // By identifier; all are below 64.
        let mut seen = 0_u64;
        while !part.is_empty() {
            properties.push(one(&mut part, place, from, &mut seen)?);
        }
        let properties = Self(properties);
        if properties.authentication_data().is_some() && properties.authentication_method().is_none() {
            let fault = Fault::MissingProperty { name: "authentication method" };
            let (clause, offset) = (place.clause(), part.offset());
            return Err(DecodeError { clause, offset, field: "properties", fault });
        }
        Ok(properties)
    }

    pub(super) fn encode(&self, writer: &mut Writer) -> Result<(), EncodeError> {
        let mut part = Writer::default();
        self.0.iter().try_for_each(|property| property.write(&mut part))?;
        writer.counted(&part, "properties")
    }
}

fn one(reader: &mut Reader<'_>, place: Place, from: Sender, seen: &mut u64) -> Result<Property, DecodeError> {
    let offset = reader.offset();
    let clause = place.clause();
    let error = |clause, field, fault| DecodeError { clause, offset, field, fault };
    let id = reader.varint("property identifier", "MQTT-2.2.2.2")?;
    let Some(property) = Property::read(id, reader, clause) else {
        return Err(error("MQTT-2.2.2.2", "property identifier", Fault::UnknownProperty { found: id }));
    };
    let property = property?;
    let name = property.name();
    if !property.belongs_to(place) {
        return Err(error("MQTT-2.2.2.2", "property identifier", Fault::MisplacedProperty { name }));
    }
    if let Some(clause) = wrong_way(&property, place, from) {
        return Err(error(clause, name, Fault::ForeignProperty { name, from }));
    }
    let bit = 1_u64 << property.id();
    if *seen & bit != 0 && !property.may_repeat(place) {
        return Err(error(clause, name, Fault::RepeatedProperty { name }));
    }
    *seen |= bit;
    if let Some((clause, found, allowed)) = property.bad_value(place) {
        return Err(error(clause, name, Fault::PropertyValue { found, allowed }));
    }
    if let Property::ResponseTopic(topic) = &property {
        check_topic_name(topic).map_err(|fault| {
            let clause = if fault.is_wildcard() { "MQTT-3.3.2-14" } else { fault.clause() };
            error(clause, name, fault.into())
        })?;
    }
    Ok(property)
}

/// The statement by which this sender must not send a property that the packet has.
fn wrong_way(property: &Property, place: Place, from: Sender) -> Option<&'static str> {
    match (property, place, from) {
        (Property::SubscriptionIdentifier(_), Place::Publish, Sender::Client) => Some("MQTT-3.3.4-6"),
        (Property::SessionExpiryInterval(_), Place::Disconnect, Sender::Server) => Some("MQTT-3.14.2-2"),
        (Property::ServerReference(_), Place::Disconnect, Sender::Client) => Some("MQTT-3.14.2.2.5"),
        _ => None,
    }
}

/// For people: `[name=value name=value]`, nothing when there are none.
impl fmt::Display for Properties {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_empty() {
            return Ok(());
        }
        f.write_str(" [")?;
        for (index, property) in self.0.iter().enumerate() {
            let space = if index == 0 { "" } else { " " };
            write!(f, "{space}{property}")?;
        }
        f.write_str("]")
    }
}

impl FromIterator<Property> for Properties {
    fn from_iter<T: IntoIterator<Item = Property>>(properties: T) -> Self {
        Self(properties.into_iter().collect())
    }
}

#[cfg(test)]
mod tests;
