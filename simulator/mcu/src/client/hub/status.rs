//! How the connection to the hub is.

use std::fmt;

/// How the connection to the hub is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ConnectionStatus {
    /// There is none, and nobody tries.
    #[default]
    Disconnected,
    /// There is one.
    Connected,
    /// There is none; the client will try again.
    Reconnecting,
    /// There is none, and only people can help; the client still tries, slowly.
    Failed,
}

/// A status with its reason.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ClientStatus {
    /// How the connection is.
    pub status: ConnectionStatus,
    /// Why: `ok`, `network`, `tls`, `unauthorized`, `throttled`, `server-unavailable`, `token-renewal`,
    /// `timeout`, `protocol`, `closed-by-app`, `out-of-resources`; empty before the first attempt.
    pub reason: &'static str,
}

impl fmt::Display for ConnectionStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Disconnected => "Disconnected",
            Self::Connected => "Connected",
            Self::Reconnecting => "Reconnecting",
            Self::Failed => "Failed",
        })
    }
}
