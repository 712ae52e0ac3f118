//! AUTH: authentication in more than one step, and again during a connection.

use std::fmt;

use super::{Place, Properties, ReasonCode};
use crate::mqtt::reader::Reader;
use crate::mqtt::writer::Writer;
use crate::mqtt::{DecodeError, EncodeError, Fault, PacketType, Sender};

/// A step of an authentication.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Auth {
    /// Success (server), continue, or re-authenticate (client).
    pub reason: ReasonCode,
    /// Authentication method and data, reason string, user properties.
    pub properties: Properties,
}

impl Auth {
    pub(super) fn decode(mut reader: Reader<'_>, from: Sender) -> Result<Self, DecodeError> {
        // A remaining length of 0 means success without properties (3.15.2.1).
        if reader.is_empty() {
            let reason = ReasonCode::Success;
            return if reason.is_sent_by(PacketType::Auth, from) {
                Ok(Self { reason, properties: Properties::new() })
            } else {
                let fault = Fault::ReservedCode { found: 0 };
                let offset = reader.offset();
                Err(DecodeError { clause: "MQTT-3.15.2-1", offset, field: "reason code", fault })
            };
        }
        let reason = ReasonCode::decode(&mut reader, PacketType::Auth, from, "MQTT-3.15.2-1")?;
        let offset = reader.offset();
        let properties = Properties::decode(&mut reader, Place::Auth, from)?;
        reader.finish("MQTT-2.1.4")?;
        if properties.authentication_method().is_none() {
            let fault = Fault::MissingProperty { name: "authentication method" };
            return Err(DecodeError { clause: "MQTT-3.15.2.2.2", offset, field: "properties", fault });
        }
        Ok(Self { reason, properties })
    }

    pub(super) fn encode(&self, out: &mut Vec<u8>) -> Result<(), EncodeError> {
        let mut writer = Writer::default();
        if self.reason != ReasonCode::Success || !self.properties.is_empty() {
            writer.u8(self.reason.byte());
            self.properties.encode(&mut writer)?;
        }
        writer.finish(PacketType::Auth.first_byte(), out)
    }
}

impl fmt::Display for Auth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "reason={}{}", self.reason, self.properties)
    }
}
