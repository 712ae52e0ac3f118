//! Why a connection is over, and how applications are told.

use std::io;

/// Why a connection ended without FIN.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Failure {
    Refused,
    Reset,
    TimedOut,
    AddressLost,
    Aborted,
    PowerLost,
}

impl Failure {
    pub(super) fn error(self) -> io::Error {
        let (kind, text) = match self {
            Self::Refused => (io::ErrorKind::ConnectionRefused, "connection refused"),
            Self::Reset => (io::ErrorKind::ConnectionReset, "connection reset by the peer"),
            Self::TimedOut => (io::ErrorKind::TimedOut, "the peer does not answer"),
            Self::AddressLost => (io::ErrorKind::AddrNotAvailable, "the local address is gone"),
            Self::Aborted => (io::ErrorKind::ConnectionAborted, "connection aborted"),
            Self::PowerLost => (io::ErrorKind::ConnectionAborted, "the device lost power"),
        };
        io::Error::new(kind, text)
    }
}
