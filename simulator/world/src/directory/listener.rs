//! Where a server waits for connections.

use std::net::SocketAddrV4;

use nanorig_trace::event::ConnId;
use tokio::sync::mpsc;

use crate::segment::ServerStream;

/// A connection that a device opened.
#[derive(Debug)]
pub struct Incoming {
    /// Its name in the trace; `opened` is recorded already, `closed` is the server's to record.
    pub conn: ConnId,
    /// Its bytes.
    pub stream: ServerStream,
    /// The device's address and port.
    pub device: SocketAddrV4,
    /// Address and port that it connected to.
    pub server: SocketAddrV4,
}

/// Connections to one address and port. While it lives the port is open; when it is dropped
/// or the port is closed, new connections are refused.
#[derive(Debug)]
pub struct Listener {
    pub(super) at: SocketAddrV4,
    pub(super) incoming: mpsc::UnboundedReceiver<Incoming>,
}

impl Listener {
    /// The next connection; none after [`close`](crate::Directory::close).
    pub async fn accept(&mut self) -> Option<Incoming> {
        self.incoming.recv().await
    }

    /// Where it listens.
    #[must_use]
    pub const fn at(&self) -> SocketAddrV4 {
        self.at
    }
}
