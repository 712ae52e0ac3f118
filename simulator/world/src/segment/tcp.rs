//! TCP as applications use it.

use std::any::Any;
use std::future::poll_fn;
use std::io;
use std::net::SocketAddrV4;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::sync::mpsc;

use super::TcpState;
use super::connection::Connection;
use super::driver::Shared;
use super::failure::Failure;

/// A connection of the device.
///
/// Dropping it closes it gracefully: what was written still goes out, then FIN. Its slot in the stack
/// lives on until the connection is really over, which is 10 s later where the device closed first.
///
/// A read gives 0 bytes only after the peer's FIN. Errors are `ConnectionRefused`, `ConnectionReset`,
/// `TimedOut` (the peer stopped answering), `AddrNotAvailable` (the device's address changed),
/// `ConnectionAborted` (own abort, or power loss) and `BrokenPipe` (written after a shutdown).
#[derive(Debug)]
pub struct TcpSocket {
    connection: Connection,
}

/// The far end of a device's connection: a server's, or a LAN client's that dialled the device.
///
/// Dropping it closes it gracefully, as an operating system does.
#[derive(Debug)]
pub struct ServerStream {
    connection: Connection,
}

impl TcpSocket {
    pub(super) const fn new(connection: Connection) -> Self {
        Self { connection }
    }

    /// Waits for the handshake.
    ///
    /// # Errors
    /// See [`TcpSocket`].
    pub async fn connected(&self) -> io::Result<()> {
        poll_fn(|cx| self.connection.poll_connected(cx)).await
    }

    /// Ends the connection with RST.
    pub fn abort(&self) {
        self.connection.abort();
    }

    /// The stack's state of it; `Closed` once it is over.
    #[must_use]
    pub fn state(&self) -> TcpState {
        self.connection.state()
    }

    /// The device's address and port.
    #[must_use]
    pub const fn local(&self) -> SocketAddrV4 {
        self.connection.local()
    }

    /// The peer's address and port.
    #[must_use]
    pub const fn remote(&self) -> SocketAddrV4 {
        self.connection.remote()
    }

    /// Bytes written and not yet acknowledged.
    #[must_use]
    pub fn unacknowledged(&self) -> usize {
        self.connection.unacknowledged()
    }

    /// Bytes received and not yet read.
    #[must_use]
    pub fn unread(&self) -> usize {
        self.connection.unread()
    }

    /// Keeps `guard` until the stack gives the slot free - after TIME-WAIT, RST or power loss - and then
    /// drops it. That is how a device counts the sockets and buffers that are really in use.
    pub fn hold_until_released(&self, guard: Box<dyn Any + Send>) {
        self.connection.hold(guard);
    }
}

impl ServerStream {
    pub(super) const fn new(connection: Connection) -> Self {
        Self { connection }
    }

    /// Ends the connection with RST.
    pub fn abort(&self) {
        self.connection.abort();
    }

    /// The stack's state of it; `Closed` once it is over.
    #[must_use]
    pub fn state(&self) -> TcpState {
        self.connection.state()
    }

    /// The device's address and port.
    #[must_use]
    pub const fn device(&self) -> SocketAddrV4 {
        self.connection.remote()
    }

    /// The server's address and port; of a LAN client, its own.
    #[must_use]
    pub const fn server(&self) -> SocketAddrV4 {
        self.connection.local()
    }

    /// Bytes written and not yet acknowledged.
    #[must_use]
    pub fn unacknowledged(&self) -> usize {
        self.connection.unacknowledged()
    }

    pub(super) async fn connected(&self) -> io::Result<()> {
        poll_fn(|cx| self.connection.poll_connected(cx)).await
    }
}

macro_rules! stream {
    ($Stream:ident) => {
        impl AsyncRead for $Stream {
            fn poll_read(
                self: Pin<&mut Self>,
                cx: &mut Context<'_>,
                buf: &mut ReadBuf<'_>,
            ) -> Poll<io::Result<()>> {
                self.connection.poll_read(cx, buf)
            }
        }

        impl AsyncWrite for $Stream {
            fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
                self.connection.poll_write(cx, buf)
            }

            /// What was written goes out by itself.
            fn poll_flush(self: Pin<&mut Self>, _cx: &mut Context<'_>) -> Poll<io::Result<()>> {
                Poll::Ready(Ok(()))
            }

            fn poll_shutdown(self: Pin<&mut Self>, _cx: &mut Context<'_>) -> Poll<io::Result<()>> {
                self.connection.shutdown();
                Poll::Ready(Ok(()))
            }
        }
    };
}

stream!(TcpSocket);
stream!(ServerStream);

/// A server port of the device. Dropping it closes the port.
pub struct TcpListener {
    pub(super) shared: Arc<Shared>,
    pub(super) id: u64,
    pub(super) port: u16,
    pub(super) accepted: mpsc::Receiver<TcpSocket>,
}

impl TcpListener {
    /// The next connection.
    ///
    /// # Errors
    /// `ConnectionAborted` after a power loss.
    pub async fn accept(&mut self) -> io::Result<TcpSocket> {
        self.accepted.recv().await.ok_or_else(|| Failure::PowerLost.error())
    }

    /// The port.
    #[must_use]
    pub const fn port(&self) -> u16 {
        self.port
    }
}

impl Drop for TcpListener {
    fn drop(&mut self) {
        self.shared.lock().device.doors.retain(|door| door.id != self.id);
    }
}

impl std::fmt::Debug for TcpListener {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TcpListener").field("port", &self.port).finish_non_exhaustive()
    }
}
