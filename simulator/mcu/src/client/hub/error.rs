//! Why a hub client did not do what it was asked.

use thiserror::Error;

use crate::client::dps::ProvisioningError;
use crate::client::mqtt::{ConnectCode, MqttError};
use crate::heap::OutOfMemory;

/// Why a hub client did not do what it was asked.
#[derive(Clone, Debug, Error)]
#[non_exhaustive]
pub enum HubError {
    /// The hub does not accept the device's proof of identity.
    #[error("unauthorized")]
    Unauthorized,
    /// The connection could not be made, or ended.
    #[error(transparent)]
    Mqtt(MqttError),
    /// DPS did not assign a hub.
    #[error(transparent)]
    Provisioning(#[from] ProvisioningError),
    /// There is neither a host name nor a provisioning client.
    #[error("no hub is configured")]
    NoHub,
    /// There is no connection.
    #[error("not connected")]
    NotConnected,
    /// The application has closed the client.
    #[error("closed by the application")]
    Closed,
    /// A message is larger than the hub takes.
    #[error("message of {bytes} bytes exceeds {limit}")]
    TooLarge {
        /// Size of body and properties.
        bytes: usize,
        /// What the hub takes.
        limit: usize,
    },
    /// The message was dropped from the full queue.
    #[error("dropped from the full queue")]
    Dropped,
    /// A property has an empty name, or a topic cannot be made of what was given.
    #[error("{0}")]
    InvalidArgument(String),
    /// The hub answered a twin request with an error.
    #[error("twin request failed with status {status}: {message}")]
    Twin {
        /// HTTP-like status.
        status: u16,
        /// What the hub said.
        message: String,
    },
    /// The hub did not answer in time.
    #[error("no answer in time")]
    Timeout,
    /// The twin is not the JSON that it should be.
    #[error("twin makes no sense: {0}")]
    Malformed(String),
    /// The device has no memory for it.
    #[error(transparent)]
    OutOfMemory(#[from] OutOfMemory),
}

impl HubError {
    /// One word for reports and scenarios.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Unauthorized => "unauthorized",
            Self::Mqtt(error) => error.kind(),
            Self::Provisioning(error) => error.kind(),
            Self::NoHub | Self::InvalidArgument(_) => "invalid-argument",
            Self::NotConnected => "not-connected",
            Self::Closed => "closed-by-app",
            Self::TooLarge { .. } => "too-large",
            Self::Dropped => "dropped",
            Self::Twin { status: 429, .. } => "throttled",
            Self::Twin { status: 400, .. } => "bad-request",
            Self::Twin { status: 404, .. } => "not-found",
            Self::Twin { status: 412, .. } => "precondition-failed",
            Self::Twin { status: 401 | 403, .. } => "unauthorized",
            Self::Twin { .. } => "service",
            Self::Timeout => "timeout",
            Self::Malformed(_) => "protocol",
            Self::OutOfMemory(_) => "out-of-memory",
        }
    }
}

impl From<MqttError> for HubError {
    fn from(error: MqttError) -> Self {
        match error {
            MqttError::Refused(ConnectCode::NotAuthorized | ConnectCode::BadUserNameOrPassword) => {
                Self::Unauthorized
            }
            MqttError::NotConnected | MqttError::SessionLost => Self::NotConnected,
            MqttError::OutOfMemory(error) => Self::OutOfMemory(error),
            other => Self::Mqtt(other),
        }
    }
}
