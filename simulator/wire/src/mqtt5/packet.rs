//! All control packets as one type.

use std::fmt;

use bytes::Bytes;

use super::{Ack, Auth, ConnAck, Connect, Disconnect, Publish, SubAck, Subscribe, UnsubAck, Unsubscribe};
use crate::mqtt::reader::{Reader, V5};
use crate::mqtt::writer::Writer;
use crate::mqtt::{DecodeError, EncodeError, Fault, PacketId, PacketType, Sender, fixed_header};

/// One control packet.
///
/// ```
/// use nanorig_wire::mqtt::{PacketId, Sender};
/// use nanorig_wire::mqtt5::{Ack, Packet};
///
/// let packet = Packet::decode(&[0x40, 0x02, 0x00, 0x0a], Sender::Server)?;
/// assert_eq!(packet, Packet::PubAck(Ack::new(PacketId::new(10).unwrap())));
///
/// // A length that fewer bytes could say is malformed in MQTT 5.
/// let error = Packet::decode(&[0xc0, 0x80, 0x00], Sender::Client).unwrap_err();
/// assert_eq!(error.clause, "MQTT-1.5.5-1");
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
    /// A QoS 1 message has arrived, or is refused.
    PubAck(Ack),
    /// A QoS 2 message has arrived, or is refused (1 of 3).
    PubRec(Ack),
    /// A QoS 2 message is released (2 of 3).
    PubRel(Ack),
    /// A QoS 2 message is complete (3 of 3).
    PubComp(Ack),
    /// A client asks for subscriptions.
    Subscribe(Subscribe),
    /// The server's answer.
    SubAck(SubAck),
    /// A client ends subscriptions.
    Unsubscribe(Unsubscribe),
    /// The server's answer.
    UnsubAck(UnsubAck),
    /// A client asks for a sign of life.
    PingReq,
    /// The server's answer.
    PingResp,
    /// Either side leaves.
    Disconnect(Disconnect),
    /// A step of an authentication.
    Auth(Auth),
}

/// Table 2-1: which packets go which way.
fn is_sent_by(packet: PacketType, from: Sender) -> bool {
    match packet {
        PacketType::Connect | PacketType::Subscribe | PacketType::Unsubscribe | PacketType::PingReq => {
            from == Sender::Client
        }
        PacketType::ConnAck | PacketType::SubAck | PacketType::UnsubAck | PacketType::PingResp => {
            from == Sender::Server
        }
        PacketType::Publish
        | PacketType::PubAck
        | PacketType::PubRec
        | PacketType::PubRel
        | PacketType::PubComp
        | PacketType::Disconnect
        | PacketType::Auth => true,
    }
}

/// The statement that fixes the flags of a packet (table 2-2).
const fn flags_clause(packet: PacketType) -> &'static str {
    match packet {
        PacketType::PubRel => "MQTT-3.6.1-1",
        PacketType::Subscribe => "MQTT-3.8.1-1",
        PacketType::Unsubscribe => "MQTT-3.10.1-1",
        PacketType::Disconnect => "MQTT-3.14.1-1",
        PacketType::Auth => "MQTT-3.15.1-1",
        _ => "MQTT-2.1.3-1",
    }
}

impl Packet {
    /// Reads exactly one whole packet, as [`Framer`](crate::mqtt::Framer) cuts it.
    ///
    /// # Errors
    /// When the packet breaks MQTT 5.0, or `from` never sends such a packet. What only the order of packets can show is not
    /// checked here. [`reason_code`](super::reason_code) tells what to answer.
    pub fn decode(frame: &[u8], from: Sender) -> Result<Self, DecodeError> {
        let (packet, body) = decode_fixed_header(frame, from)?;
        let flags = frame[0] & 0x0f;
        let reader = Reader::new(frame, body, &V5);
        Ok(match packet {
            PacketType::Connect => Self::Connect(Connect::decode(reader)?),
            PacketType::ConnAck => Self::ConnAck(ConnAck::decode(reader, from)?),
            PacketType::Publish => Self::Publish(Publish::decode(flags, reader, from)?),
            PacketType::PubAck => Self::PubAck(Ack::decode(packet, reader, from)?),
            PacketType::PubRec => Self::PubRec(Ack::decode(packet, reader, from)?),
            PacketType::PubRel => Self::PubRel(Ack::decode(packet, reader, from)?),
            PacketType::PubComp => Self::PubComp(Ack::decode(packet, reader, from)?),
            PacketType::Subscribe => Self::Subscribe(Subscribe::decode(reader, from)?),
            PacketType::SubAck => Self::SubAck(SubAck::decode(reader, from)?),
            PacketType::Unsubscribe => Self::Unsubscribe(Unsubscribe::decode(reader, from)?),
            PacketType::UnsubAck => Self::UnsubAck(UnsubAck::decode(reader, from)?),
            PacketType::PingReq => reader.finish("MQTT-2.1.4").map(|()| Self::PingReq)?,
            PacketType::PingResp => reader.finish("MQTT-2.1.4").map(|()| Self::PingResp)?,
            PacketType::Disconnect => Self::Disconnect(Disconnect::decode(reader, from)?),
            PacketType::Auth => Self::Auth(Auth::decode(reader, from)?),
        })
    }

    /// Appends the packet to `out`, laid out as it stands: a packet that breaks a rule is written so that a peer can be shown
    /// to reject it. Acknowledgements, DISCONNECT and AUTH take their shortest form.
    ///
    /// # Errors
    /// When the packet has no layout; `out` is then as it was.
    pub fn encode(&self, out: &mut Vec<u8>) -> Result<(), EncodeError> {
        let packet = self.packet_type();
        match self {
            Self::Connect(connect) => connect.encode(out),
            Self::ConnAck(connack) => connack.encode(out),
            Self::Publish(publish) => publish.encode(out),
            Self::PubAck(ack) | Self::PubRec(ack) | Self::PubRel(ack) | Self::PubComp(ack) => {
                ack.encode(packet, out)
            }
            Self::Subscribe(subscribe) => subscribe.encode(out),
            Self::SubAck(suback) => suback.encode(out),
            Self::Unsubscribe(unsubscribe) => unsubscribe.encode(out),
            Self::UnsubAck(unsuback) => unsuback.encode(out),
            Self::PingReq | Self::PingResp => Writer::default().finish(packet.first_byte(), out),
            Self::Disconnect(disconnect) => disconnect.encode(out),
            Self::Auth(auth) => auth.encode(out),
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
    pub const fn packet_type(&self) -> PacketType {
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
            Self::Disconnect(_) => PacketType::Disconnect,
            Self::Auth(_) => PacketType::Auth,
        }
    }

    /// The packet identifier of the packets that have one.
    #[must_use]
    pub const fn packet_id(&self) -> Option<PacketId> {
        match self {
            Self::Publish(publish) => publish.id,
            Self::PubAck(ack) | Self::PubRec(ack) | Self::PubRel(ack) | Self::PubComp(ack) => Some(ack.id),
            Self::Subscribe(subscribe) => Some(subscribe.id),
            Self::SubAck(suback) => Some(suback.id),
            Self::Unsubscribe(unsubscribe) => Some(unsubscribe.id),
            Self::UnsubAck(unsuback) => Some(unsuback.id),
            Self::Connect(_)
            | Self::ConnAck(_)
            | Self::PingReq
            | Self::PingResp
            | Self::Disconnect(_)
            | Self::Auth(_) => None,
        }
    }
}

/// Type and start of the body.
fn decode_fixed_header(frame: &[u8], from: Sender) -> Result<(PacketType, usize), DecodeError> {
    let error = |clause, offset, field, fault| DecodeError { clause, offset, field, fault };
    let Some(&first) = frame.first() else {
        let fault = Fault::Truncated { needed: 2, available: 0 };
        return Err(error("MQTT-2.1.1", 0, "fixed header", fault));
    };
    let Some(packet) = PacketType::of_first_byte(first) else {
        return Err(error("MQTT-2.1.2", 0, "packet type", Fault::ReservedType { found: first >> 4 }));
    };
    if !is_sent_by(packet, from) {
        return Err(error("MQTT-2.1.2", 0, "packet type", Fault::WrongSender { found: packet, from }));
    }
    if let Some((expected, _)) = packet.fixed_flags()
        && first & 0x0f != expected
    {
        let fault = Fault::FixedFlags { packet, found: first & 0x0f, expected };
        return Err(error(flags_clause(packet), 0, "flags", fault));
    }
    let header = fixed_header::of_whole(frame, "MQTT-2.1.4").map_err(|found| match found.fault {
        Fault::LengthTooLong { .. } => DecodeError { clause: "MQTT-1.5.5", ..found },
        _ => found,
    })?;
    if !header.is_shortest {
        return Err(error("MQTT-1.5.5-1", 1, "remaining length", Fault::NotShortest));
    }
    Ok((packet, header.header_bytes))
}

/// One line for people, such as `PUBLISH id=7 qos=1 $iothub/telemetry (12 bytes)`. No secrets.
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
            Self::PubAck(ack) | Self::PubRec(ack) | Self::PubRel(ack) | Self::PubComp(ack) => {
                write!(f, " {ack}")
            }
            Self::Subscribe(subscribe) => write!(f, " {subscribe}"),
            Self::SubAck(suback) => write!(f, " {suback}"),
            Self::Unsubscribe(unsubscribe) => write!(f, " {unsubscribe}"),
            Self::UnsubAck(unsuback) => write!(f, " {unsuback}"),
            Self::PingReq | Self::PingResp => Ok(()),
            Self::Disconnect(disconnect) => write!(f, " {disconnect}"),
            Self::Auth(auth) => write!(f, " {auth}"),
        }
    }
}

#[cfg(test)]
mod tests;
