//! Why an MQTT client did not do what it was asked.

use nanorig_wire::mqtt::{ConnectCode, EncodeError, TopicFault};
use thiserror::Error;

use super::session::{CloseReason, PublishError, SubscribeError};
use crate::client::TransportError;
use crate::heap::OutOfMemory;

/// Why an MQTT client did not do what it was asked.
#[derive(Clone, Debug, Error)]
#[non_exhaustive]
pub enum MqttError {
    /// The server could not be reached.
    #[error(transparent)]
    Transport(#[from] TransportError),
    /// The server refused the connection.
    #[error("connection refused: {0}")]
    Refused(ConnectCode),
    /// The connection ended before what was asked for was done.
    #[error("connection ended: {0}")]
    Closed(CloseReason),
    /// There is no connection.
    #[error("not connected")]
    NotConnected,
    /// There is a connection already.
    #[error("already connected")]
    AlreadyConnected,
    /// Too many messages wait for their acknowledgements.
    #[error("{limit} messages are not acknowledged yet")]
    WindowFull {
        /// How many may wait.
        limit: usize,
    },
    /// The session was forgotten before the message was acknowledged.
    #[error("session was lost before the message was acknowledged")]
    SessionLost,
    /// The topic, or a filter, breaks section 4.7.
    #[error("bad topic")]
    Topic(#[from] TopicFault),
    /// The message has no layout in MQTT, or a request has no filter.
    #[error("{0}")]
    Malformed(String),
    /// The device has no memory for it.
    #[error(transparent)]
    OutOfMemory(#[from] OutOfMemory),
}

impl MqttError {
    /// One word for reports and scenarios.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Transport(error) => error.kind(),
            Self::Refused(code) => refusal(*code),
            Self::Closed(reason) => close_kind(reason),
            Self::NotConnected | Self::SessionLost => "not-connected",
            Self::AlreadyConnected => "already-connected",
            Self::WindowFull { .. } => "queue-full",
            Self::Topic(_) | Self::Malformed(_) => "invalid-argument",
            Self::OutOfMemory(_) => "out-of-memory",
        }
    }
}

/// One word for a CONNACK code.
pub(crate) fn refusal(code: ConnectCode) -> &'static str {
    match code {
        ConnectCode::Accepted => "accepted",
        ConnectCode::UnacceptableProtocolVersion => "protocol-version",
        ConnectCode::IdentifierRejected => "identifier-rejected",
        ConnectCode::ServerUnavailable => "server-unavailable",
        ConnectCode::BadUserNameOrPassword => "bad-credentials",
        ConnectCode::NotAuthorized => "unauthorized",
    }
}

/// One word for the end of a connection.
pub(crate) fn close_kind(reason: &CloseReason) -> &'static str {
    match reason {
        CloseReason::Requested => "closed-by-app",
        CloseReason::Refused(code) => refusal(*code),
        CloseReason::ConnAckTimeout
        | CloseReason::PingRespTimeout
        | CloseReason::AckTimeout
        | CloseReason::SubAckTimeout => "timeout",
        CloseReason::Protocol(_) | CloseReason::TooLarge { .. } => "protocol",
        CloseReason::OutOfMemory => "out-of-memory",
        CloseReason::Transport(kind) => kind,
        CloseReason::Lost => "network",
    }
}

impl From<PublishError> for MqttError {
    fn from(error: PublishError) -> Self {
        match error {
            PublishError::NotConnected => Self::NotConnected,
            PublishError::WindowFull { limit } => Self::WindowFull { limit },
            PublishError::NoPacketId => Self::WindowFull { limit: usize::from(u16::MAX) },
            PublishError::Topic(fault) => Self::Topic(fault),
            PublishError::Encode(error) => Self::from(error),
        }
    }
}

impl From<SubscribeError> for MqttError {
    fn from(error: SubscribeError) -> Self {
        match error {
            SubscribeError::NotConnected => Self::NotConnected,
            SubscribeError::NoPacketId => Self::WindowFull { limit: usize::from(u16::MAX) },
            SubscribeError::Filter(fault) => Self::Topic(fault),
            SubscribeError::NoFilter => Self::Malformed(error.to_string()),
        }
    }
}

impl From<EncodeError> for MqttError {
    fn from(error: EncodeError) -> Self {
        Self::Malformed(error.to_string())
    }
}

/// The word of the trace's status event for a word of an error.
pub(crate) fn status_reason(kind: &str) -> &'static str {
    match kind {
        "closed-by-app" => "closed-by-app",
        "unauthorized" | "bad-credentials" => "unauthorized",
        "server-unavailable" => "server-unavailable",
        "throttled" => "throttled",
        "timeout" => "timeout",
        "protocol" | "protocol-version" | "identifier-rejected" | "invalid-argument" => "protocol",
        "out-of-memory" | "no-socket" | "no-context" => "out-of-resources",
        "unknown-issuer" | "expired" | "not-yet-valid" | "wrong-name" | "record-too-large"
        | "clock-not-set" | "alert" => "tls",
        _ => "network",
    }
}
