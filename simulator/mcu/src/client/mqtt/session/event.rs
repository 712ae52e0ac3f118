//! What a session reports and accepts.

use nanorig_wire::mqtt::{ConnectCode, EncodeError, PacketId, Publish, QoS, SubAckCode, TopicFault};
use thiserror::Error;

/// Names a wish of the application until it is fulfilled; never used twice in a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Token(pub u64);

/// A received message that is to be acknowledged with [`Session::accept`](super::Session::accept).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AckToken {
    pub(super) id: PacketId,
    pub(super) qos: QoS,
    pub(super) dup: bool,
    pub(super) known_topic: bool,
}

/// Bytes to send now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transmit {
    /// The whole packet.
    pub bytes: Vec<u8>,
    /// The message that has not left the device before, so that it can still be given up.
    pub begins: Option<Token>,
    /// The QoS 0 message that is done once these bytes are written: see
    /// [`Session::handle_written`](super::Session::handle_written).
    pub completes: Option<Token>,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SessionEvent {
    /// CONNACK accepted the connection.
    Connected {
        /// True when the server resumed a stored session.
        session_present: bool,
    },
    /// A message came.
    Message {
        /// The message.
        publish: Publish,
        /// What to acknowledge, at QoS 1 and 2.
        ack: Option<AckToken>,
    },
    /// A message was larger than the device takes. Its payload was left out.
    Oversize {
        /// Its topic name.
        topic: String,
        /// Size of its packet.
        bytes: usize,
        /// What was taken at most.
        limit: usize,
        /// What to acknowledge, at QoS 1 and 2.
        ack: Option<AckToken>,
    },
    /// A QoS 1 or 2 message was acknowledged.
    Delivered {
        /// Which.
        token: Token,
    },
    /// A message will not be sent (again): it was QoS 0 and the connection ended, or the session was forgotten.
    Abandoned {
        /// Which.
        token: Token,
    },
    /// SUBACK came.
    Subscribed {
        /// Which request.
        token: Token,
        /// One code for each filter.
        codes: Vec<SubAckCode>,
    },
    /// UNSUBACK came.
    Unsubscribed {
        /// Which request.
        token: Token,
    },
    /// A SUBSCRIBE or UNSUBSCRIBE got no answer before the connection ended.
    RequestLost {
        /// Which request.
        token: Token,
    },
    /// The connection is over. The transport is to be closed, after what is left to transmit.
    Closed {
        /// Why.
        reason: CloseReason,
    },
}

/// Why a connection ended.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum CloseReason {
    /// The application asked for it.
    #[error("closed by the application")]
    Requested,
    /// The server refused it.
    #[error("refused by the server: {0}")]
    Refused(ConnectCode),
    /// No CONNACK came in time.
    #[error("no connack in time")]
    ConnAckTimeout,
    /// No PINGRESP came in time (MQTT 3.1.2.10).
    #[error("no pingresp in time")]
    PingRespTimeout,
    /// A message was not acknowledged in time.
    #[error("no acknowledgement in time")]
    AckTimeout,
    /// SUBSCRIBE was not answered although repeated.
    #[error("no suback in time")]
    SubAckTimeout,
    /// The server broke the protocol.
    #[error("protocol error: {0}")]
    Protocol(String),
    /// The server sent a packet larger than the device takes.
    #[error("packet of {bytes} bytes exceeds {limit}")]
    TooLarge {
        /// Bytes of the packet.
        bytes: usize,
        /// Bytes that are taken.
        limit: usize,
    },
    /// The device ran out of memory.
    #[error("out of memory")]
    OutOfMemory,
    /// The transport failed, with this word of its error, such as `reset` or `record-too-large`.
    #[error("connection failed: {0}")]
    Transport(&'static str),
    /// The other side ended it.
    #[error("connection lost")]
    Lost,
}

/// A message was not taken.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum PublishError {
    /// There is no connection.
    #[error("not connected")]
    NotConnected,
    /// As many messages as allowed wait for their acknowledgement.
    #[error("{limit} messages are not acknowledged yet")]
    WindowFull {
        /// How many are allowed.
        limit: usize,
    },
    /// All packet identifiers are in use.
    #[error("all packet identifiers are in use")]
    NoPacketId,
    /// The topic is no topic name (MQTT-4.7).
    #[error("not a topic name")]
    Topic(#[from] TopicFault),
    /// The message has no layout in MQTT.
    #[error("message cannot be encoded")]
    Encode(#[from] EncodeError),
}

/// A subscription was not asked for.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum SubscribeError {
    /// There is no connection.
    #[error("not connected")]
    NotConnected,
    /// A request needs at least one filter (MQTT-3.8.3-3).
    #[error("no topic filter given")]
    NoFilter,
    /// All packet identifiers are in use.
    #[error("all packet identifiers are in use")]
    NoPacketId,
    /// A filter is no topic filter (MQTT-4.7).
    #[error("not a topic filter")]
    Filter(#[from] TopicFault),
}
