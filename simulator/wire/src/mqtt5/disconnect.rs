//! DISCONNECT: either side leaves, and says why.

use std::fmt;

use super::{Place, Properties, ReasonCode};
use crate::mqtt::reader::Reader;
use crate::mqtt::writer::Writer;
use crate::mqtt::{DecodeError, EncodeError, PacketType, Sender};

/// Either side leaves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Disconnect {
    /// Why.
    pub reason: ReasonCode,
    /// Session expiry interval (client), server reference (server), reason string, user properties.
    pub properties: Properties,
}

impl Disconnect {
    /// A DISCONNECT without properties.
    #[must_use]
    pub const fn new(reason: ReasonCode) -> Self {
        Self { reason, properties: Properties::new() }
    }

    pub(super) fn decode(mut reader: Reader<'_>, from: Sender) -> Result<Self, DecodeError> {
        // Nothing: normal disconnection. One byte: a reason and no properties (3.14.2.1, 3.14.2.2.1).
        let reason = match reader.is_empty() {
            true => ReasonCode::Success,
            false => ReasonCode::decode(&mut reader, PacketType::Disconnect, from, "MQTT-3.14.2-1")?,
        };
        let properties = match reader.is_empty() {
            true => Properties::new(),
            false => Properties::decode(&mut reader, Place::Disconnect, from)?,
        };
        reader.finish("MQTT-2.1.4")?;
        Ok(Self { reason, properties })
    }

    pub(super) fn encode(&self, out: &mut Vec<u8>) -> Result<(), EncodeError> {
        let mut writer = Writer::default();
        if self.reason != ReasonCode::Success || !self.properties.is_empty() {
            writer.u8(self.reason.byte());
        }
        if !self.properties.is_empty() {
            self.properties.encode(&mut writer)?;
        }
        writer.finish(PacketType::Disconnect.first_byte(), out)
    }
}

impl fmt::Display for Disconnect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "reason={}{}", self.reason, self.properties)
    }
}
