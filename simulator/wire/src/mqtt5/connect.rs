//! CONNECT: a client asks for a connection.

use std::fmt;

use bytes::Bytes;

use super::{Place, Properties, Will};
use crate::mqtt::connect_flags::{
    Clauses, ConnectFlags, FieldWithoutFlag, WillFlags, show_credentials, write_credentials,
};
use crate::mqtt::reader::Reader;
use crate::mqtt::writer::Writer;
use crate::mqtt::{DecodeError, EncodeError, Fault, PacketType, Sender};

const NAME: &str = "MQTT";
const LEVEL: u8 = 5;

static CLAUSES: Clauses = Clauses {
    flags: "MQTT-3.1.2.3",
    reserved: "MQTT-3.1.2-3",
    will_qos_without_will: "MQTT-3.1.2-11",
    will_qos_3: "MQTT-3.1.2-12",
    will_retain_without_will: "MQTT-3.1.2-13",
    password_without_user_name: None,
    user_name: "MQTT-3.1.2-17",
    password: "MQTT-3.1.2-19",
    field_without_flag: FieldWithoutFlag {
        user_name: "MQTT-3.1.2-16",
        password: "MQTT-3.1.2-18",
        will: "MQTT-3.1.3-1",
        none: "MQTT-3.1.3-1",
    },
};

/// A client asks for a connection. `Debug` and `Display` show neither the password nor authentication data.
#[derive(Clone, PartialEq, Eq)]
pub struct Connect {
    /// True when the server shall forget what it stored for this client (MQTT-3.1.2-4).
    pub clean_start: bool,
    /// Longest pause between two packets in seconds; 0 turns the rule off.
    pub keep_alive: u16,
    /// Session expiry, limits, authentication, user properties.
    pub properties: Properties,
    /// Client identifier; empty asks the server for one.
    pub client_id: String,
    /// Message that the server publishes when the connection breaks.
    pub will: Option<Will>,
    /// User name.
    pub username: Option<String>,
    /// Password; other than in 3.1.1 also without a user name. A secret.
    pub password: Option<Bytes>,
}

impl Connect {
    /// A CONNECT with Clean Start 1, keep alive off and nothing else.
    #[must_use]
    pub fn new(client_id: impl Into<String>) -> Self {
        Self {
            clean_start: true,
            keep_alive: 0,
            properties: Properties::new(),
            client_id: client_id.into(),
            will: None,
            username: None,
            password: None,
        }
    }

    pub(super) fn decode(mut reader: Reader<'_>) -> Result<Self, DecodeError> {
        decode_protocol(&mut reader)?;
        let flags = ConnectFlags::decode(&mut reader, &CLAUSES)?;
        let keep_alive = reader.u16("keep alive", "MQTT-3.1.2.10")?;
        let properties = Properties::decode(&mut reader, Place::Connect, Sender::Client)?;
        let client_id = reader.text("client identifier", "MQTT-3.1.3-3")?.to_owned();
        let will = match flags.will {
            None => None,
            Some(will) => Some(Will::decode(&mut reader, will)?),
        };
        let credentials = flags.credentials(&mut reader, &CLAUSES)?;
        Ok(Self {
            clean_start: flags.clean_start,
            keep_alive,
            properties,
            client_id,
            will,
            username: credentials.username,
            password: credentials.password,
        })
    }

    pub(super) fn encode(&self, out: &mut Vec<u8>) -> Result<(), EncodeError> {
        let mut writer = Writer::default();
        writer.text(NAME, "protocol name")?;
        writer.u8(LEVEL);
        writer.u8(self.flags().byte());
        writer.u16(self.keep_alive);
        self.properties.encode(&mut writer)?;
        writer.text(&self.client_id, "client identifier")?;
        if let Some(will) = &self.will {
            will.encode(&mut writer)?;
        }
        write_credentials(self.username.as_deref(), self.password.as_ref(), &mut writer)?;
        writer.finish(PacketType::Connect.first_byte(), out)
    }

    fn flags(&self) -> ConnectFlags {
        ConnectFlags {
            clean_start: self.clean_start,
            will: self.will.as_ref().map(|will| WillFlags { qos: will.qos, retain: will.retain }),
            user_name: self.username.is_some(),
            password: self.password.is_some(),
        }
    }
}

/// What follows is laid out by name and level, so others end the decoding.
fn decode_protocol(reader: &mut Reader<'_>) -> Result<(), DecodeError> {
    let offset = reader.offset();
    let name = reader.text("protocol name", "MQTT-3.1.2-1")?;
    if name != NAME {
        let fault = Fault::ProtocolName { found: name.to_owned() };
        return Err(DecodeError { clause: "MQTT-3.1.2-1", offset, field: "protocol name", fault });
    }
    let offset = reader.offset();
    match reader.u8("protocol version", "MQTT-3.1.2-2")? {
        LEVEL => Ok(()),
        found => {
            let fault = Fault::ProtocolLevel { name: name.to_owned(), found };
            Err(DecodeError { clause: "MQTT-3.1.2-2", offset, field: "protocol version", fault })
        }
    }
}

impl fmt::Debug for Connect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let redacted = self.password.as_ref().map(|password| format!("<{} bytes>", password.len()));
        f.debug_struct("Connect")
            .field("clean_start", &self.clean_start)
            .field("keep_alive", &self.keep_alive)
            .field("properties", &self.properties)
            .field("client_id", &self.client_id)
            .field("will", &self.will)
            .field("username", &self.username)
            .field("password", &redacted)
            .finish()
    }
}

impl fmt::Display for Connect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "client={:?} level=5", self.client_id)?;
        write!(f, " clean={} keep-alive={}s", u8::from(self.clean_start), self.keep_alive)?;
        show_credentials(self.username.as_deref(), self.password.as_ref(), f)?;
        if let Some(will) = &self.will {
            write!(f, " will={} (qos {})", will.topic, will.qos)?;
        }
        write!(f, "{}", self.properties)
    }
}
