//! CONNECT: a client asks for a connection.

use std::fmt;

use bytes::Bytes;

use super::{Place, Properties, Will};
use crate::mqtt::reader::Reader;
use crate::mqtt::writer::Writer;
use crate::mqtt::{DecodeError, EncodeError, Fault, PacketType, QoS, Sender};

const USER_NAME: u8 = 0x80;
const PASSWORD: u8 = 0x40;
const WILL_RETAIN: u8 = 0x20;
const WILL_QOS_SHIFT: u8 = 3;
const WILL: u8 = 0x04;
const CLEAN_START: u8 = 0x02;
const RESERVED: u8 = 0x01;
const NAME: &str = "MQTT";
const LEVEL: u8 = 5;

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
        let offset = reader.offset();
        let flags = reader.u8("connect flags", "MQTT-3.1.2.3")?;
        let will_qos = check_flags(flags, offset)?;
        let keep_alive = reader.u16("keep alive", "MQTT-3.1.2.10")?;
        let properties = Properties::decode(&mut reader, Place::Connect, Sender::Client)?;
        let client_id = reader.text("client identifier", "MQTT-3.1.3-3")?.to_owned();
        let will = match flags & WILL {
            0 => None,
            _ => Some(Will::decode(&mut reader, will_qos, flags & WILL_RETAIN != 0)?),
        };
        let username = match flags & USER_NAME {
            0 => None,
            _ => Some(reader.text("user name", "MQTT-3.1.2-17")?.to_owned()),
        };
        let password = match flags & PASSWORD {
            0 => None,
            _ => Some(Bytes::copy_from_slice(reader.binary("password", "MQTT-3.1.2-19")?)),
        };
        // What is left belongs to a field whose flag is 0.
        reader.finish(match flags & (WILL | USER_NAME | PASSWORD) {
            present if present & USER_NAME == 0 => "MQTT-3.1.2-16",
            present if present & PASSWORD == 0 => "MQTT-3.1.2-18",
            _ => "MQTT-3.1.3-1",
        })?;
        let clean_start = flags & CLEAN_START != 0;
        Ok(Self { clean_start, keep_alive, properties, client_id, will, username, password })
    }

    pub(super) fn encode(&self, out: &mut Vec<u8>) -> Result<(), EncodeError> {
        let mut writer = Writer::default();
        writer.text(NAME, "protocol name")?;
        writer.u8(LEVEL);
        writer.u8(self.flags());
        writer.u16(self.keep_alive);
        self.properties.encode(&mut writer)?;
        writer.text(&self.client_id, "client identifier")?;
        if let Some(will) = &self.will {
            will.encode(&mut writer)?;
        }
        if let Some(username) = &self.username {
            writer.text(username, "user name")?;
        }
        if let Some(password) = &self.password {
            writer.binary(password, "password")?;
        }
        writer.finish(PacketType::Connect.first_byte(), out)
    }

    fn flags(&self) -> u8 {
        let when = |condition, bit| if condition { bit } else { 0 };
        let will = self
            .will
            .as_ref()
            .map_or(0, |will| WILL | will.qos.bits() << WILL_QOS_SHIFT | when(will.retain, WILL_RETAIN));
        will | when(self.username.is_some(), USER_NAME)
            | when(self.password.is_some(), PASSWORD)
            | when(self.clean_start, CLEAN_START)
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

/// Holds the connect flags against each other and returns the will's QoS.
fn check_flags(flags: u8, offset: usize) -> Result<QoS, DecodeError> {
    let error = |clause, fault| Err(DecodeError { clause, offset, field: "connect flags", fault });
    if flags & RESERVED != 0 {
        return error("MQTT-3.1.2-3", Fault::ReservedBits { found: flags });
    }
    let will_qos_bits = flags >> WILL_QOS_SHIFT & 0b11;
    if flags & WILL == 0 && will_qos_bits != 0 {
        return error("MQTT-3.1.2-11", Fault::WillPartWithoutWill { part: "will qos", found: flags });
    }
    let Some(will_qos) = QoS::from_bits(will_qos_bits) else {
        return error("MQTT-3.1.2-12", Fault::QoS3);
    };
    if flags & WILL == 0 && flags & WILL_RETAIN != 0 {
        return error("MQTT-3.1.2-13", Fault::WillPartWithoutWill { part: "will retain", found: flags });
    }
    Ok(will_qos)
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
        if let Some(username) = &self.username {
            write!(f, " user={username}")?;
        }
        if let Some(password) = &self.password {
            write!(f, " password=<{} bytes>", password.len())?;
        }
        if let Some(will) = &self.will {
            write!(f, " will={} (qos {})", will.topic, will.qos)?;
        }
        write!(f, "{}", self.properties)
    }
}
