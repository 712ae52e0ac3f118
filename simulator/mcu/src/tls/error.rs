//! Why a TLS connection did not work.

use std::io;

use nanorig_trace::Utc;
use rustls::CertificateError;

use crate::heap::OutOfMemory;
use crate::net::NetError;

/// What is wrong with a server's certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CertificateFault {
    /// No trusted root stands above it.
    UnknownIssuer,
    /// It, or one above it, has expired.
    Expired,
    /// It, or one above it, is not valid yet.
    NotYetValid,
    /// It is for another host.
    WrongName,
    /// It is not for servers.
    WrongPurpose,
    /// A signature does not fit: on the certificate, or on the key exchange.
    BadSignature,
    /// It is not the one that was seen first.
    NotPinned,
    /// It is malformed, or broken in another way.
    Malformed,
}

impl CertificateFault {
    const fn kind(self) -> &'static str {
        match self {
            Self::UnknownIssuer => "unknown-issuer",
            Self::Expired => "expired",
            Self::NotYetValid => "not-yet-valid",
            Self::WrongName => "wrong-name",
            Self::WrongPurpose => "wrong-purpose",
            Self::BadSignature => "bad-signature",
            Self::NotPinned | Self::Malformed => "bad-certificate",
        }
    }

    fn of(error: &CertificateError) -> Self {
        match error {
            CertificateError::UnknownIssuer => Self::UnknownIssuer,
            CertificateError::Expired | CertificateError::ExpiredContext { .. } => Self::Expired,
            CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => Self::NotYetValid,
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
                Self::WrongName
            }
            CertificateError::InvalidPurpose | CertificateError::InvalidPurposeContext { .. } => {
                Self::WrongPurpose
            }
            CertificateError::BadSignature => Self::BadSignature,
            CertificateError::ApplicationVerificationFailure => Self::NotPinned,
            // What webpki finds on the way up and rustls has no word for: a CA as a leaf, a leaf as a CA, too
            // long a path. Mbed TLS calls each of them "not trusted".
            CertificateError::Other(_) => Self::UnknownIssuer,
            _ => Self::Malformed,
        }
    }
}

/// Why a TLS connection did not work, as the firmware sees it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TlsError {
    /// Every TLS context is in use, or the firmware has none.
    #[error("no TLS context left, all {limit} are in use")]
    NoContext {
        /// TLS contexts that the device has.
        limit: u32,
    },
    /// The heap has no room.
    #[error(transparent)]
    OutOfMemory(#[from] OutOfMemory),
    /// The clock was never set, so dates cannot be checked.
    #[error("clock was not set, it shows {shown}")]
    ClockNotSet {
        /// What it shows.
        shown: Utc,
    },
    /// The host cannot be named in TLS.
    #[error("`{host}` is not a host name")]
    BadHost {
        /// The name.
        host: String,
    },
    /// The server's certificate was refused.
    #[error("certificate refused: {detail}")]
    Certificate {
        /// What is wrong with it.
        fault: CertificateFault,
        /// What the verifier says.
        detail: String,
    },
    /// Something is larger than its record buffer.
    #[error("{what} of {bytes} bytes is larger than the buffer of {limit}")]
    RecordTooLarge {
        /// `record`, `certificate message` or `own certificate message`.
        what: &'static str,
        /// Its size without header and protection.
        bytes: usize,
        /// What the buffer holds.
        limit: usize,
    },
    /// The handshake took too long.
    #[error("handshake not finished after {after_ms} ms")]
    Timeout {
        /// How long it was given.
        after_ms: u64,
    },
    /// The connection ended without close_notify.
    #[error("connection ended without close_notify")]
    Closed,
    /// The server sent a fatal alert.
    #[error("server sent the alert {description}")]
    Alert {
        /// Its name, such as `unknown_ca`.
        description: String,
    },
    /// The server broke the protocol, or speaks nothing that the device does.
    #[error("{detail}")]
    Protocol {
        /// What the TLS library says.
        detail: String,
    },
    /// The network failed below TLS.
    #[error(transparent)]
    Net(#[from] NetError),
}

impl TlsError {
    /// One word for reports and scenarios: those of [`nanorig_trace::event::DeviceEvent::TlsFailed`], or the network's.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::NoContext { .. } => "no-context",
            Self::OutOfMemory(_) => "out-of-memory",
            Self::ClockNotSet { .. } => "clock-not-set",
            Self::BadHost { .. } => "wrong-name",
            Self::Certificate { fault, .. } => fault.kind(),
            Self::RecordTooLarge { .. } => "record-too-large",
            Self::Timeout { .. } => "timeout",
            Self::Closed => "closed",
            Self::Alert { .. } => "alert",
            Self::Protocol { .. } => "protocol",
            Self::Net(NetError::Reset) => "closed",
            Self::Net(error) => error.kind(),
        }
    }

    /// What an error of a stream stands for, `None` when it comes from below TLS and is no [`NetError`].
    #[must_use]
    pub fn of(error: &io::Error) -> Self {
        let inner = error.get_ref();
        if let Some(error) = inner.and_then(|inner| inner.downcast_ref::<Self>()) {
            return error.clone();
        }
        if let Some(error) = inner.and_then(|inner| inner.downcast_ref::<rustls::Error>()) {
            return Self::of_rustls(error);
        }
        match error.kind() {
            // The network's own errors are never of this kind: it is how rustls tells truncation.
            io::ErrorKind::UnexpectedEof => Self::Closed,
            _ => Self::Net(NetError::of(error)),
        }
    }

    pub(super) fn of_rustls(error: &rustls::Error) -> Self {
        match error {
            rustls::Error::InvalidCertificate(error) => {
                Self::Certificate { fault: CertificateFault::of(error), detail: error.to_string() }
            }
            rustls::Error::AlertReceived(alert) => {
                Self::Alert { description: snake_case(&format!("{alert:?}")) }
            }
            other => Self::Protocol { detail: other.to_string() },
        }
    }
}

impl From<TlsError> for io::Error {
    fn from(error: TlsError) -> Self {
        let kind = match &error {
            TlsError::Net(error) => return error.clone().into(),
            TlsError::OutOfMemory(_) => io::ErrorKind::OutOfMemory,
            TlsError::Timeout { .. } => io::ErrorKind::TimedOut,
            TlsError::Closed => io::ErrorKind::UnexpectedEof,
            _ => io::ErrorKind::InvalidData,
        };
        Self::new(kind, error)
    }
}

/// rustls' names of alerts in the spelling of RFC 8446 6: `UnknownCA` is `unknown_ca`.
fn snake_case(name: &str) -> String {
    let mut text = String::with_capacity(name.len() + 4);
    let mut before_is_lower = false;
    for letter in name.chars() {
        if letter.is_ascii_uppercase() && before_is_lower {
            text.push('_');
        }
        before_is_lower = letter.is_ascii_lowercase() || letter.is_ascii_digit();
        text.push(letter.to_ascii_lowercase());
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use rustls::AlertDescription;

    #[test]
    fn alerts_are_spelt_as_in_the_rfc() {
        for (alert, name) in [
            (AlertDescription::UnknownCA, "unknown_ca"),
            (AlertDescription::BadRecordMac, "bad_record_mac"),
            (AlertDescription::HandshakeFailure, "handshake_failure"),
            (AlertDescription::CertificateExpired, "certificate_expired"),
        ] {
            let error = TlsError::of_rustls(&rustls::Error::AlertReceived(alert));
            assert_eq!(error, TlsError::Alert { description: name.into() });
            assert_eq!(error.kind(), "alert");
        }
    }

    #[test]
    fn an_error_survives_its_way_through_io() {
        for error in [
            TlsError::RecordTooLarge { what: "record", bytes: 5_000, limit: 4_096 },
            TlsError::Closed,
            TlsError::Timeout { after_ms: 60_000 },
            TlsError::Net(NetError::Reset),
            TlsError::OutOfMemory(OutOfMemory { what: "tls-input", wanted: 16_765, free: 9, largest: 9 }),
        ] {
            assert_eq!(TlsError::of(&io::Error::from(error.clone())), error);
        }
    }
}
