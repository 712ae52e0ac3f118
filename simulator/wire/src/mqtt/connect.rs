//! CONNECT: a client asks for a connection.

use std::fmt;

use bytes::Bytes;

use super::connect_flags::{
    Clauses, ConnectFlags, FieldWithoutFlag, WillFlags, show_credentials, write_credentials,
};
use super::reader::Reader;
use super::writer::Writer;
use super::{DecodeError, EncodeError, Fault, PacketType, QoS, varint};

static CLAUSES: Clauses = Clauses {
    flags: "MQTT-3.1.2-3",
    reserved: "MQTT-3.1.2-3",
    will_qos_without_will: "MQTT-3.1.2-13",
    will_qos_3: "MQTT-3.1.2-14",
    will_retain_without_will: "MQTT-3.1.2-15",
    password_without_user_name: Some("MQTT-3.1.2-22"),
    user_name: "MQTT-3.1.2-19",
    password: "MQTT-3.1.2-21",
    field_without_flag: FieldWithoutFlag {
        user_name: "MQTT-3.1.2-18",
        password: "MQTT-3.1.2-20",
        will: "MQTT-3.1.2-11",
        none: "MQTT-3.1.3-1",
    },
};

/// The length in front of the protocol name.
const NAME_LENGTH_BYTES: usize = 2;
/// Level, connect flags and keep alive.
const LEVEL_TO_CLIENT_ID_BYTES: usize = 4;

/// A client asks for a connection. `Debug` and `Display` do not show the password.
#[derive(Clone, PartialEq, Eq)]
pub struct Connect {
    /// `MQTT`, or `MQIsdp` in MQTT 3.1.
    pub protocol_name: String,
    /// 4, or 3 in MQTT 3.1.
    pub level: u8,
    /// True when the server shall forget what it stored for this client (MQTT-3.1.2-6).
    pub clean_session: bool,
    /// Longest pause between two packets in seconds; 0 turns the rule off.
    pub keep_alive: u16,
    /// Client identifier.
    pub client_id: String,
    /// Message that the server publishes when the connection breaks.
    pub will: Option<Will>,
    /// User name.
    pub username: Option<String>,
    /// Password; only with a user name (MQTT-3.1.2-22). A secret.
    pub password: Option<Bytes>,
}

/// What the server publishes when the connection ends without DISCONNECT.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Will {
    /// Topic name.
    pub topic: String,
    /// Payload.
    pub payload: Bytes,
    /// QoS to publish with.
    pub qos: QoS,
    /// Whether to publish it retained.
    pub retain: bool,
}

impl Connect {
    /// A CONNECT of MQTT 3.1.1 with CleanSession 1, keep alive off and neither will nor credentials.
    #[must_use]
    pub fn new(client_id: impl Into<String>) -> Self {
        Self {
            protocol_name: "MQTT".to_owned(),
            level: 4,
            clean_session: true,
            keep_alive: 0,
            client_id: client_id.into(),
            will: None,
            username: None,
            password: None,
        }
    }

    /// What a server of MQTT 3.1.1 checks beyond the layout: the protocol is 3.1.1 and not 3.1,
    /// and an empty client identifier comes with CleanSession 1.
    ///
    /// # Errors
    /// MQTT-3.1.2-1, MQTT-3.1.2-2 or MQTT-3.1.3-8; [`DecodeError::connect_code`] tells what to answer.
    pub fn validate(&self) -> Result<(), DecodeError> {
        if self.level != 4 {
            return Err(bad_level(self.level_offset(), &self.protocol_name, self.level));
        }
        if self.protocol_name != "MQTT" {
            let offset = self.level_offset() - self.protocol_name.len() - NAME_LENGTH_BYTES;
            return Err(bad_name(offset, &self.protocol_name));
        }
        if self.client_id.is_empty() && !self.clean_session {
            return Err(DecodeError {
                clause: "MQTT-3.1.3-8",
                offset: self.level_offset() + LEVEL_TO_CLIENT_ID_BYTES,
                field: "client identifier",
                fault: Fault::ClientIdMissing,
            });
        }
        Ok(())
    }

    /// True for the CONNECT of MQTT 3.1.
    #[must_use]
    pub fn is_mqtt_3_1(&self) -> bool {
        self.protocol_name == "MQIsdp" && self.level == 3
    }

    /// Where the level stands in the packet, for errors that are found after decoding.
    fn level_offset(&self) -> usize {
        let body = self.body().map_or(0, |body| body.length());
        1 + varint::length(body) + NAME_LENGTH_BYTES + self.protocol_name.len()
    }

    pub(super) fn decode(mut reader: Reader<'_>) -> Result<Self, DecodeError> {
        let (protocol_name, level) = decode_protocol(&mut reader)?;
        let flags = ConnectFlags::decode(&mut reader, &CLAUSES)?;
        let keep_alive = reader.u16("keep alive", "MQTT-3.1.2.10")?;
        let client_id = reader.text("client identifier", "MQTT-3.1.3-3")?;
        let will = match flags.will {
            None => None,
            Some(will) => Some(Will::decode(&mut reader, will)?),
        };
        let credentials = flags.credentials(&mut reader, &CLAUSES)?;
        Ok(Self {
            protocol_name: protocol_name.to_owned(),
            level,
            clean_session: flags.clean_start,
            keep_alive,
            client_id: client_id.to_owned(),
            will,
            username: credentials.username,
            password: credentials.password,
        })
    }

    pub(super) fn encode(&self, out: &mut Vec<u8>) -> Result<(), EncodeError> {
        self.body()?.finish(PacketType::Connect.first_byte(), out)
    }

    fn flags(&self) -> ConnectFlags {
        ConnectFlags {
            clean_start: self.clean_session,
            will: self.will.as_ref().map(|will| WillFlags { qos: will.qos, retain: will.retain }),
            user_name: self.username.is_some(),
            password: self.password.is_some(),
        }
    }

    fn body(&self) -> Result<Writer, EncodeError> {
        let mut writer = Writer::default();
        writer.text(&self.protocol_name, "protocol name")?;
        writer.u8(self.level);
        writer.u8(self.flags().byte());
        writer.u16(self.keep_alive);
        writer.text(&self.client_id, "client identifier")?;
        if let Some(will) = &self.will {
            writer.text(&will.topic, "will topic")?;
            writer.binary(&will.payload, "will message")?;
        }
        write_credentials(self.username.as_deref(), self.password.as_ref(), &mut writer)?;
        Ok(writer)
    }
}

impl Will {
    fn decode(reader: &mut Reader<'_>, flags: WillFlags) -> Result<Self, DecodeError> {
        let topic = reader.topic_name("will topic", "MQTT-3.1.2-9", "MQTT-4.7.1-1")?.to_owned();
        let payload = Bytes::copy_from_slice(reader.binary("will message", "MQTT-3.1.2-9")?);
        Ok(Self { topic, payload, qos: flags.qos, retain: flags.retain })
    }
}

/// Name and level. What follows is laid out by the level, so an unknown one ends the decoding.
fn decode_protocol<'a>(reader: &mut Reader<'a>) -> Result<(&'a str, u8), DecodeError> {
    let offset = reader.offset();
    let name = reader.text("protocol name", "MQTT-3.1.2-1")?;
    if name != "MQTT" && name != "MQIsdp" {
        return Err(bad_name(offset, name));
    }
    let offset = reader.offset();
    let level = reader.u8("protocol level", "MQTT-3.1.2-2")?;
    match (name, level) {
        ("MQTT", 4) | ("MQIsdp", 3) => Ok((name, level)),
        _ => Err(bad_level(offset, name, level)),
    }
}

fn bad_name(offset: usize, name: &str) -> DecodeError {
    let fault = Fault::ProtocolName { found: name.to_owned() };
    DecodeError { clause: "MQTT-3.1.2-1", offset, field: "protocol name", fault }
}

fn bad_level(offset: usize, name: &str, found: u8) -> DecodeError {
    let fault = Fault::ProtocolLevel { name: name.to_owned(), found };
    DecodeError { clause: "MQTT-3.1.2-2", offset, field: "protocol level", fault }
}

impl fmt::Debug for Connect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let redacted = self.password.as_ref().map(|password| format!("<{} bytes>", password.len()));
        f.debug_struct("Connect")
            .field("protocol_name", &self.protocol_name)
            .field("level", &self.level)
            .field("clean_session", &self.clean_session)
            .field("keep_alive", &self.keep_alive)
            .field("client_id", &self.client_id)
            .field("will", &self.will)
            .field("username", &self.username)
            .field("password", &redacted)
            .finish()
    }
}

impl fmt::Display for Connect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "client={:?} level={}", self.client_id, self.level)?;
        write!(f, " clean={} keep-alive={}s", u8::from(self.clean_session), self.keep_alive)?;
        show_credentials(self.username.as_deref(), self.password.as_ref(), f)?;
        match &self.will {
            Some(will) => write!(f, " will={} (qos {})", will.topic, will.qos),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests;
