//! CONNACK: the server's answer to CONNECT.

use std::fmt;

use super::{Place, Properties, ReasonCode};
use crate::mqtt::reader::Reader;
use crate::mqtt::writer::Writer;
use crate::mqtt::{DecodeError, EncodeError, Fault, PacketType, Sender};

/// The server's answer to CONNECT.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConnAck {
    /// True when the server has stored state for this client (MQTT-3.2.2-3).
    pub session_present: bool,
    /// Accepted, or why not.
    pub reason: ReasonCode,
    /// What the server offers and limits.
    pub properties: Properties,
}

impl ConnAck {
    /// A refusal without properties.
    #[must_use]
    pub const fn refusal(reason: ReasonCode) -> Self {
        Self { session_present: false, reason, properties: Properties::new() }
    }

    pub(super) fn decode(mut reader: Reader<'_>, from: Sender) -> Result<Self, DecodeError> {
        let offset = reader.offset();
        let bad_flags =
            |clause, fault| DecodeError { clause, offset, field: "connect acknowledge flags", fault };
        let flags = reader.u8("connect acknowledge flags", "MQTT-3.2.2.1")?;
        if flags & 0xfe != 0 {
            return Err(bad_flags("MQTT-3.2.2-1", Fault::ReservedBits { found: flags }));
        }
        let reason = ReasonCode::decode(&mut reader, PacketType::ConnAck, from, "MQTT-3.2.2-8")?;
        let session_present = flags == 1;
        if session_present && reason.is_failure() {
            return Err(bad_flags("MQTT-3.2.2-6", Fault::SessionPresentInRefusal { code: reason.byte() }));
        }
        let properties = Properties::decode(&mut reader, Place::ConnAck, from)?;
        reader.finish("MQTT-2.1.4")?;
        Ok(Self { session_present, reason, properties })
    }

    pub(super) fn encode(&self, out: &mut Vec<u8>) -> Result<(), EncodeError> {
        let mut writer = Writer::default();
        writer.u8(u8::from(self.session_present));
        writer.u8(self.reason.byte());
        self.properties.encode(&mut writer)?;
        writer.finish(PacketType::ConnAck.first_byte(), out)
    }
}

impl fmt::Display for ConnAck {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let present = u8::from(self.session_present);
        write!(f, "session-present={present} reason={}{}", self.reason, self.properties)
    }
}
