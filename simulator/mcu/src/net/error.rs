//! Why something on the network did not work.

use std::io;

use crate::heap::OutOfMemory;

/// Why something on the network did not work, as the firmware sees it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NetError {
    /// Every socket is in use.
    #[error("no socket left, all {limit} are in use")]
    NoSocket {
        /// Sockets that the device has.
        limit: u32,
    },
    /// Every control block of this kind is in use.
    #[error("no {kind} left, all {limit} are in use")]
    NoControlBlock {
        /// `tcp-pcbs` or `udp-pcbs`.
        kind: &'static str,
        /// Control blocks that the device has.
        limit: u32,
    },
    /// The heap has no room.
    #[error(transparent)]
    OutOfMemory(#[from] OutOfMemory),
    /// The peer answered SYN with RST.
    #[error("connection refused")]
    Refused,
    /// The peer sent RST.
    #[error("connection reset by peer")]
    Reset,
    /// Nobody answered in time.
    #[error("timed out")]
    Timeout,
    /// There is no way to that address.
    #[error("network unreachable")]
    Unreachable,
    /// The name does not exist.
    #[error("name does not exist")]
    NxDomain,
    /// The name server could not answer.
    #[error("name server failed")]
    ServFail,
    /// The name server's answer makes no sense.
    #[error("answer of the name server is malformed")]
    Malformed,
    /// The name has no IPv4 address, or the device has none.
    #[error("no address")]
    NoAddress,
    /// The link is down.
    #[error("link is down: {detail}")]
    LinkDown {
        /// Why, such as `wrong-passphrase`.
        detail: String,
    },
    /// The socket was closed, by the device or with its power.
    #[error("socket is closed")]
    Closed,
    /// The port is in use on the device.
    #[error("port {port} is in use")]
    PortInUse {
        /// The port.
        port: u16,
    },
}

impl NetError {
    /// One word for reports and scenarios.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::NoSocket { .. } | Self::NoControlBlock { .. } => "no-socket",
            Self::OutOfMemory(_) => "out-of-memory",
            Self::Refused => "refused",
            Self::Reset => "reset",
            Self::Timeout => "timeout",
            Self::Unreachable => "unreachable",
            Self::NxDomain => "nxdomain",
            Self::ServFail => "servfail",
            Self::Malformed => "malformed",
            Self::NoAddress => "no-address",
            Self::LinkDown { .. } => "link-down",
            Self::Closed => "closed",
            Self::PortInUse { .. } => "port-in-use",
        }
    }

    /// What an error of a stream stands for; errors of this crate's streams give back what they were made from.
    #[must_use]
    pub fn of(error: &io::Error) -> Self {
        if let Some(inner) = error.get_ref().and_then(|inner| inner.downcast_ref::<Self>()) {
            return inner.clone();
        }
        match error.kind() {
            io::ErrorKind::ConnectionRefused => Self::Refused,
            io::ErrorKind::ConnectionReset | io::ErrorKind::BrokenPipe => Self::Reset,
            io::ErrorKind::TimedOut => Self::Timeout,
            io::ErrorKind::HostUnreachable | io::ErrorKind::NetworkUnreachable => Self::Unreachable,
            _ => Self::Closed,
        }
    }
}

impl From<NetError> for io::Error {
    fn from(error: NetError) -> Self {
        let kind = match &error {
            NetError::Refused => io::ErrorKind::ConnectionRefused,
            NetError::Reset => io::ErrorKind::ConnectionReset,
            NetError::Timeout => io::ErrorKind::TimedOut,
            NetError::Unreachable => io::ErrorKind::NetworkUnreachable,
            NetError::OutOfMemory(_) => io::ErrorKind::OutOfMemory,
            NetError::LinkDown { .. } => io::ErrorKind::NetworkDown,
            NetError::Closed => io::ErrorKind::NotConnected,
            NetError::PortInUse { .. } => io::ErrorKind::AddrInUse,
            _ => io::ErrorKind::Other,
        };
        Self::new(kind, error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_survives_its_way_through_io() {
        let error = NetError::LinkDown { detail: "access-point-lost".into() };
        assert_eq!(NetError::of(&io::Error::from(error.clone())), error);
        assert_eq!(NetError::of(&io::ErrorKind::ConnectionReset.into()), NetError::Reset);
    }
}
