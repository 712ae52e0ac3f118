//! Why a device was not provisioned.

use std::time::Duration;

use nanorig_wire::mqtt::ConnectCode;
use thiserror::Error;

use crate::client::mqtt::{CloseReason, MqttError};

/// Why a device was not provisioned.
#[derive(Clone, Debug, Error)]
#[non_exhaustive]
pub enum ProvisioningError {
    /// DPS does not accept the device's proof of identity.
    #[error("unauthorized: {message} (error {code})")]
    Unauthorized {
        /// Error code of the service, 0 without one.
        code: u32,
        /// What the service said.
        message: String,
    },
    /// DPS does not know the registration, the operation or the ID scope.
    #[error("not found: {message} (error {code})")]
    NotFound {
        /// Error code of the service, 0 without one.
        code: u32,
        /// What the service said.
        message: String,
    },
    /// DPS could not assign the device.
    #[error("assignment failed: {message} (error {code})")]
    Failed {
        /// Error code of the service, 0 without one.
        code: u32,
        /// What the service said.
        message: String,
    },
    /// The enrollment is disabled.
    #[error("enrollment is disabled")]
    Disabled,
    /// DPS found the request wrong.
    #[error("request rejected with status {status}: {message} (error {code})")]
    Rejected {
        /// HTTP-like status.
        status: u16,
        /// Error code of the service, 0 without one.
        code: u32,
        /// What the service said.
        message: String,
    },
    /// DPS has too much to do.
    #[error("throttled (error {code})")]
    Throttled {
        /// Error code of the service, 0 without one.
        code: u32,
        /// How long to wait.
        retry_after: Option<Duration>,
    },
    /// DPS failed.
    #[error("service failed with status {status} (error {code})")]
    Service {
        /// HTTP-like status.
        status: u16,
        /// Error code of the service, 0 without one.
        code: u32,
        /// How long to wait.
        retry_after: Option<Duration>,
    },
    /// No result in the time that a registration may take.
    #[error("no result in time")]
    Timeout,
    /// DPS's answer makes no sense.
    #[error("answer makes no sense: {0}")]
    Malformed(String),
    /// DPS could not be reached, or the connection ended.
    #[error(transparent)]
    Mqtt(#[from] MqttError),
}

impl ProvisioningError {
    /// One word for reports and scenarios: `failed`, `disabled`, `unauthorized`, `not-found`, `throttled`,
    /// `timeout`, `rejected`, `service`, or that of the connection's error.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Unauthorized { .. } => "unauthorized",
            Self::NotFound { .. } => "not-found",
            Self::Failed { .. } | Self::Malformed(_) => "failed",
            Self::Disabled => "disabled",
            Self::Rejected { .. } => "rejected",
            Self::Throttled { .. } => "throttled",
            Self::Service { .. } => "service",
            Self::Timeout => "timeout",
            Self::Mqtt(MqttError::Refused(
                ConnectCode::NotAuthorized | ConnectCode::BadUserNameOrPassword,
            )) => "unauthorized",
            Self::Mqtt(error) => error.kind(),
        }
    }

    /// The word of the trace's registration-failed event.
    pub(super) fn event_word(&self) -> &'static str {
        match self.kind() {
            word @ ("failed" | "disabled" | "unauthorized" | "not-found" | "throttled" | "timeout") => word,
            "rejected" | "service" => "failed",
            _ => "network",
        }
    }

    /// Error code of the service, 0 without one.
    #[must_use]
    pub fn code(&self) -> u32 {
        match self {
            Self::Unauthorized { code, .. }
            | Self::NotFound { code, .. }
            | Self::Failed { code, .. }
            | Self::Rejected { code, .. }
            | Self::Throttled { code, .. }
            | Self::Service { code, .. } => *code,
            Self::Disabled | Self::Timeout | Self::Malformed(_) | Self::Mqtt(_) => 0,
        }
    }

    /// True when the same request may succeed later without anybody's help.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Throttled { .. } | Self::Service { .. } | Self::Timeout => true,
            Self::Mqtt(MqttError::Refused(code)) => *code == ConnectCode::ServerUnavailable,
            Self::Mqtt(MqttError::Closed(CloseReason::Refused(code))) => {
                *code == ConnectCode::ServerUnavailable
            }
            Self::Mqtt(error) => !matches!(error, MqttError::Topic(_) | MqttError::Malformed(_)),
            _ => false,
        }
    }

    /// How long the service asked to wait.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Throttled { retry_after, .. } | Self::Service { retry_after, .. } => *retry_after,
            _ => None,
        }
    }
}
