//! All control packets as one type.

use std::fmt;

use bytes::Bytes;

use super::ack::Ack;
use super::empty::Empty;
use super::reader::{Reader, V3};
use super::{
    ConnAck, Connect, DecodeError, EncodeError, Fault, PacketId, Publish, SubAck, Subscribe, Unsubscribe,
    fixed_header,
};

/// Who sent a packet. Some packets go one way only (table 2.1 of the standard).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Sender {
    /// The client, here a device.
    Client,
    /// The server, here a hub or a broker.
    Server,
}

/// A control packet type, with the number of table 2.1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
#[expect(missing_docs, reason = "the names are those of the standard")]
pub enum PacketType {
    Connect = 1,
    ConnAck = 2,
    Publish = 3,
    PubAck = 4,
    PubRec = 5,
    PubRel = 6,
    PubComp = 7,
    Subscribe = 8,
    SubAck = 9,
    Unsubscribe = 10,
    UnsubAck = 11,
    PingReq = 12,
    PingResp = 13,
    Disconnect = 14,
    /// MQTT 5.0 only.
    Auth = 15,
}

impl PacketType {
    /// All types in the order of their numbers.
    pub const ALL: [Self; 15] = [
        Self::Connect,
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
        Self::PingReq,
        Self::PingResp,
        Self::Disconnect,
        Self::Auth,
    ];

    /// The name in capitals, as the standard writes it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Connect => "CONNECT",
            Self::ConnAck => "CONNACK",
            Self::Publish => "PUBLISH",
            Self::PubAck => "PUBACK",
            Self::PubRec => "PUBREC",
            Self::PubRel => "PUBREL",
            Self::PubComp => "PUBCOMP",
            Self::Subscribe => "SUBSCRIBE",
            Self::SubAck => "SUBACK",
            Self::Unsubscribe => "UNSUBSCRIBE",
            Self::UnsubAck => "UNSUBACK",
            Self::PingReq => "PINGREQ",
            Self::PingResp => "PINGRESP",
            Self::Disconnect => "DISCONNECT",
            Self::Auth => "AUTH",
        }
    }

    /// The type in the upper four bits of a packet's first byte; `None` for 0.
    #[must_use]
    pub fn of_first_byte(byte: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|packet| *packet as u8 == byte >> 4)
    }

    /// The first byte of a packet whose flags are fixed.
    pub(crate) fn first_byte(self) -> u8 {
        (self as u8) << 4 | self.fixed_flags().map_or(0, |(flags, _)| flags)
    }

    /// Table 2.1: which packets go which way.
    fn is_sent_by(self, from: Sender) -> bool {
        match self {
            Self::Connect | Self::Subscribe | Self::Unsubscribe | Self::PingReq | Self::Disconnect => {
                from == Sender::Client
            }
            Self::ConnAck | Self::SubAck | Self::UnsubAck | Self::PingResp => from == Sender::Server,
            Self::Publish | Self::PubAck | Self::PubRec | Self::PubRel | Self::PubComp => true,
            Self::Auth => false,
        }
    }

    /// Table 2.2: the flags that this packet must have, with the statement that says so.
    /// `None` for PUBLISH, whose flags have a meaning.
    pub(crate) fn fixed_flags(self) -> Option<(u8, &'static str)> {
        match self {
            Self::Publish => None,
            Self::PubRel => Some((0b0010, "MQTT-3.6.1-1")),
            Self::Subscribe => Some((0b0010, "MQTT-3.8.1-1")),
            Self::Unsubscribe => Some((0b0010, "MQTT-3.10.1-1")),
            Self::Disconnect => Some((0, "MQTT-3.14.1-1")),
            _ => Some((0, "MQTT-2.2.2-2")),
        }
    }
}

impl fmt::Display for PacketType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// One control packet.
///
/// ```
/// use nanorig_wire::mqtt::{Packet, PacketId, Sender};
///
/// let packet = Packet::decode(&[0x40, 0x02, 0x00, 0x0a], Sender::Server)?;
/// assert_eq!(packet, Packet::PubAck(PacketId::new(10).unwrap()));
///
/// // PUBREL must carry the flags 0010.
/// let error = Packet::decode(&[0x60, 0x02, 0x00, 0x0a], Sender::Client).unwrap_err();
/// assert_eq!(error.clause, "MQTT-3.6.1-1");
/// # Ok::<(), nanorig_wire::mqtt::DecodeError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Packet {
    /// A client asks for a connection.
    Connect(Connect),
    /// The server's answer.
    ConnAck(ConnAck),
    /// A message.
    Publish(Publish),
    /// A QoS 1 message has arrived.
    PubAck(PacketId),
    /// A QoS 2 message has arrived (1 of 3).
    PubRec(PacketId),
    /// A QoS 2 message is released (2 of 3).
    PubRel(PacketId),
    /// A QoS 2 message is complete (3 of 3).
    PubComp(PacketId),
    /// A client asks for subscriptions.
    Subscribe(Subscribe),
    /// The server's answer.
    SubAck(SubAck),
    /// A client ends subscriptions.
    Unsubscribe(Unsubscribe),
    /// The server's answer.
    UnsubAck(PacketId),
    /// A client asks for a sign of life.
    PingReq,
    /// The server's answer.
    PingResp,
    /// A client leaves in order.
    Disconnect,
}

impl Packet {
    /// Reads exactly one whole packet, as [`Framer`](super::Framer) cuts it.
    ///
    /// # Errors
    /// When the packet breaks MQTT 3.1.1, or `from` never sends such a packet. What only the
    /// order of packets can show is not checked here. CONNECT is read for MQTT 3.1 too:
    /// see [`Connect::validate`].
    pub fn decode(frame: &[u8], from: Sender) -> Result<Self, DecodeError> {
        let (packet_type, body) = Self::decode_fixed_header(frame, from)?;
        let flags = frame[0] & 0x0f;
        let reader = Reader::new(frame, body, &V3);
        Ok(match packet_type {
            PacketType::Connect => Self::Connect(Connect::decode(reader)?),
            PacketType::ConnAck => Self::ConnAck(ConnAck::decode(reader)?),
            PacketType::Publish => Self::Publish(Publish::decode(flags, reader)?),
            PacketType::PubAck => Self::PubAck(Ack::decode(reader)?.id),
            PacketType::PubRec => Self::PubRec(Ack::decode(reader)?.id),
            PacketType::PubRel => Self::PubRel(Ack::decode(reader)?.id),
            PacketType::PubComp => Self::PubComp(Ack::decode(reader)?.id),
            PacketType::Subscribe => Self::Subscribe(Subscribe::decode(reader)?),
            PacketType::SubAck => Self::SubAck(SubAck::decode(reader)?),
            PacketType::Unsubscribe => Self::Unsubscribe(Unsubscribe::decode(reader)?),
            PacketType::UnsubAck => Self::UnsubAck(Ack::decode(reader)?.id),
            PacketType::PingReq => Empty::decode(&reader).map(|Empty| Self::PingReq)?,
            PacketType::PingResp => Empty::decode(&reader).map(|Empty| Self::PingResp)?,
            PacketType::Disconnect => Empty::decode(&reader).map(|Empty| Self::Disconnect)?,
            PacketType::Auth => return Err(Self::reserved_type(frame[0])),
        })
    }

    fn reserved_type(first: u8) -> DecodeError {
        let fault = Fault::ReservedType { found: first >> 4 };
        DecodeError { clause: "MQTT-4.8.0-1", offset: 0, field: "packet type", fault }
    }

    /// Type and start of the body.
    fn decode_fixed_header(frame: &[u8], from: Sender) -> Result<(PacketType, usize), DecodeError> {
        let error = |clause, offset, field, fault| DecodeError { clause, offset, field, fault };
        let Some(&first) = frame.first() else {
            let fault = Fault::Truncated { needed: 2, available: 0 };
            return Err(error("MQTT-2.2", 0, "fixed header", fault));
        };
        // 15 is as reserved in 3.1.1 as 0.
        let known = PacketType::of_first_byte(first).filter(|packet| *packet != PacketType::Auth);
        let Some(packet_type) = known else {
            return Err(Self::reserved_type(first));
        };
        if !packet_type.is_sent_by(from) {
            let fault = Fault::WrongSender { found: packet_type, from };
            return Err(error("MQTT-4.8.0-1", 0, "packet type", fault));
        }
        if let Some((expected, clause)) = packet_type.fixed_flags()
            && first & 0x0f != expected
        {
            let fault = Fault::FixedFlags { packet: packet_type, found: first & 0x0f, expected };
            return Err(error(clause, 0, "flags", fault));
        }
        let header = fixed_header::of_whole(frame, "MQTT-2.2.3")?;
        Ok((packet_type, header.header_bytes))
    }

    /// Appends the packet to `out`, laid out as it stands: a packet that breaks a rule is written
    /// so that a peer can be shown to reject it.
    ///
    /// # Errors
    /// When the packet has no layout; `out` is then as it was.
    pub fn encode(&self, out: &mut Vec<u8>) -> Result<(), EncodeError> {
        match self {
            Self::Connect(connect) => connect.encode(out),
            Self::ConnAck(connack) => connack.encode(out),
            Self::Publish(publish) => publish.encode(out),
            Self::PubAck(id) => Ack { id: *id }.encode(PacketType::PubAck, out),
            Self::PubRec(id) => Ack { id: *id }.encode(PacketType::PubRec, out),
            Self::PubRel(id) => Ack { id: *id }.encode(PacketType::PubRel, out),
            Self::PubComp(id) => Ack { id: *id }.encode(PacketType::PubComp, out),
            Self::Subscribe(subscribe) => subscribe.encode(out),
            Self::SubAck(suback) => suback.encode(out),
            Self::Unsubscribe(unsubscribe) => unsubscribe.encode(out),
            Self::UnsubAck(id) => Ack { id: *id }.encode(PacketType::UnsubAck, out),
            Self::PingReq => Empty.encode(PacketType::PingReq, out),
            Self::PingResp => Empty.encode(PacketType::PingResp, out),
            Self::Disconnect => Empty.encode(PacketType::Disconnect, out),
        }
    }

    /// The packet's bytes.
    ///
    /// # Errors
    /// As [`encode`](Self::encode).
    pub fn to_bytes(&self) -> Result<Bytes, EncodeError> {
        let mut out = Vec::new();
        self.encode(&mut out)?;
        Ok(out.into())
    }

    /// The packet's type.
    #[must_use]
    pub fn packet_type(&self) -> PacketType {
        match self {
            Self::Connect(_) => PacketType::Connect,
            Self::ConnAck(_) => PacketType::ConnAck,
            Self::Publish(_) => PacketType::Publish,
            Self::PubAck(_) => PacketType::PubAck,
            Self::PubRec(_) => PacketType::PubRec,
            Self::PubRel(_) => PacketType::PubRel,
            Self::PubComp(_) => PacketType::PubComp,
            Self::Subscribe(_) => PacketType::Subscribe,
            Self::SubAck(_) => PacketType::SubAck,
            Self::Unsubscribe(_) => PacketType::Unsubscribe,
            Self::UnsubAck(_) => PacketType::UnsubAck,
            Self::PingReq => PacketType::PingReq,
            Self::PingResp => PacketType::PingResp,
            Self::Disconnect => PacketType::Disconnect,
        }
    }

    /// The packet identifier of the packets that have one.
    #[must_use]
    pub fn packet_id(&self) -> Option<PacketId> {
        match self {
            Self::Publish(publish) => publish.id,
            Self::PubAck(id)
            | Self::PubRec(id)
            | Self::PubRel(id)
            | Self::PubComp(id)
            | Self::UnsubAck(id) => Some(*id),
            Self::Subscribe(subscribe) => Some(subscribe.id),
            Self::SubAck(suback) => Some(suback.id),
            Self::Unsubscribe(unsubscribe) => Some(unsubscribe.id),
            Self::Connect(_) | Self::ConnAck(_) | Self::PingReq | Self::PingResp | Self::Disconnect => None,
        }
    }
}

/// One line for people, such as `PUBLISH id=7 qos=1 devices/dev1/messages/events/ (12 bytes)`. No secrets.
impl fmt::Display for Packet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.packet_type().name())?;
        if let Some(id) = self.packet_id() {
            write!(f, " id={id}")?;
        }
        match self {
            Self::Connect(connect) => write!(f, " {connect}"),
            Self::ConnAck(connack) => write!(f, " {connack}"),
            Self::Publish(publish) => write!(f, " {publish}"),
            Self::Subscribe(subscribe) => write!(f, " {subscribe}"),
            Self::SubAck(suback) => write!(f, " {suback}"),
            Self::Unsubscribe(unsubscribe) => write!(f, " {unsubscribe}"),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests;
