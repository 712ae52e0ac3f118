//! What an application asks of one TLS connection.

use std::time::Duration;

use nanorig_certs::ClientIdentity;

/// What an application asks of one TLS connection.
#[derive(Clone, Debug, Default)]
pub struct TlsOptions {
    /// Certificate and key to present when the server asks for them.
    pub client: Option<ClientIdentity>,
    /// Versions to offer.
    pub versions: TlsVersions,
    /// Longest handshake; none: as [`crate::habits::TlsHabits::handshake_timeout`] says.
    pub timeout: Option<Duration>,
}

/// TLS versions to offer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TlsVersions {
    /// Everything that the profile has.
    #[default]
    All,
    /// TLS 1.2 only.
    Tls12,
    /// TLS 1.3 only.
    Tls13,
}
