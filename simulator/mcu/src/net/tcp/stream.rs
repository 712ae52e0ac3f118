//! A TCP connection of the firmware.

use std::fmt;
use std::io;
use std::net::SocketAddrV4;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::task::{Context, Poll, ready};

use nanorig_world::TcpSocket;
use nanorig_world::segment::TcpState;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::backlog::Backlog;
use crate::heap::{Heap, HeapBlock};
use crate::net::NetError;
use crate::profile::Tcp;
use crate::runtime::Mcu;
use crate::socket_table::{InFlight, SocketSlot, TcpPcb};

/// What an open connection takes of the budget.
#[derive(Debug)]
pub(super) struct Charge {
    slot: SocketSlot,
    pcb: TcpPcb,
    netconn: HeapBlock,
}

impl Charge {
    /// Takes a socket, a control block and the memory of both.
    pub(super) fn take(mcu: &Mcu, what: &'static str) -> Result<Self, NetError> {
        let (heap, tcp) = (mcu.native(), &mcu.profile().tcp);
        let slot = mcu.sockets().socket(what)?;
        let netconn = heap.alloc(tcp.netconn + tcp.mailbox, "netconn")?;
        let pcb = mcu.sockets().tcp_pcb(heap, tcp.pcb)?;
        Ok(Self { slot, pcb, netconn })
    }
}

/// A TCP connection within the device's budget. Dropping it closes it: FIN after what was written.
///
/// Errors of its methods carry a [`NetError`], see [`NetError::of`].
pub struct TcpStream {
    connection: Arc<Connection>,
    charge: Option<Charge>,
    local: SocketAddrV4,
    remote: SocketAddrV4,
    mcu: Mcu,
}

/// What the books and the stream share.
struct Connection {
    /// None once the stream was dropped.
    state: Mutex<Option<State>>,
    heap: Heap,
    tcp: Tcp,
}

struct State {
    socket: TcpSocket,
    /// Sent and not confirmed.
    flight: Backlog,
    /// Received and not read.
    received: Backlog,
}

/// What a closed connection holds until it has ended on the wire; it lives in the stack below.
struct Closing {
    /// None when the device closed first: then the control block is in TIME-WAIT already.
    _pcb: Option<TcpPcb>,
    _flight: Backlog,
}

impl TcpStream {
    pub(super) fn new(mcu: &Mcu, socket: TcpSocket, charge: Charge) -> Self {
        let (local, remote) = (socket.local(), socket.remote());
        let connection = Arc::new(Connection {
            state: Mutex::new(Some(State {
                socket,
                flight: Backlog::default(),
                received: Backlog::default(),
            })),
            heap: mcu.native().clone(),
            tcp: mcu.profile().tcp,
        });
        let weak: Weak<Connection> = Arc::downgrade(&connection);
        mcu.sockets().watch(weak);
        Self { connection, charge: Some(charge), local, remote, mcu: mcu.clone() }
    }

    /// The device's address and port.
    #[must_use]
    pub fn local(&self) -> SocketAddrV4 {
        self.local
    }

    /// The peer's address and port.
    #[must_use]
    pub fn remote(&self) -> SocketAddrV4 {
        self.remote
    }

    /// Ends the connection with RST; what was not confirmed is lost.
    pub fn abort(&mut self) {
        if let Some(state) = self.connection.lock().as_mut() {
            state.socket.abort();
        }
    }
}

impl Connection {
    fn lock(&self) -> MutexGuard<'_, Option<State>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Runs one poll on the open socket and frees what was confirmed meanwhile.
    fn poll<T>(&self, poll: impl FnOnce(&mut State) -> Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        let mut guard = self.lock();
        let Some(state) = guard.as_mut() else { return Poll::Ready(Err(NetError::Closed.into())) };
        state.settle();
        poll(state).map_err(explain)
    }
}

impl State {
    fn settle(&mut self) {
        if !self.flight.is_empty() {
            self.flight.settle(self.socket.unacknowledged());
        }
    }
}

impl InFlight for Connection {
    /// What arrived meanwhile takes its memory too. Where there is none it goes without: the application hears
    /// of it when it reads.
    fn settle(&self) {
        let Self { heap, tcp, .. } = self;
        let mut guard = self.lock();
        let Some(state) = guard.as_mut() else { return };
        state.settle();
        let unread = state.socket.unread();
        let more = unread.saturating_sub(state.received.waiting());
        if more > 0 && heap.stats().largest >= more.min(tcp.mss) + tcp.segment {
            let _refused = state.received.receive(heap, tcp, unread);
        }
    }
}

/// Puts the device's own words on an error of the stack below.
pub(super) fn explain(error: io::Error) -> io::Error {
    match error.kind() {
        io::ErrorKind::ConnectionAborted => NetError::Closed.into(),
        io::ErrorKind::AddrNotAvailable => NetError::NoAddress.into(),
        _ => NetError::of(&error).into(),
    }
}

impl AsyncRead for TcpStream {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let Connection { heap, tcp, .. } = &*self.connection;
        self.connection.poll(|state| {
            let unread = state.socket.unread();
            // What found no memory stays where it is, and can be read once there is some.
            state.received.receive(heap, tcp, unread).map_err(NetError::from)?;
            let before = buf.remaining();
            let polled = Pin::new(&mut state.socket).poll_read(cx, buf);
            state.received.settle(unread.saturating_sub(before - buf.remaining()));
            polled
        })
    }
}

impl AsyncWrite for TcpStream {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        let Connection { heap, tcp, .. } = &*self.connection;
        self.connection.poll(|state| {
            let free = tcp.send_buffer.saturating_sub(state.socket.unacknowledged());
            let offer = &buf[..buf.len().min(free.max(1))];
            let block = match Backlog::reserve(heap, tcp, offer.len()) {
                Ok(block) => block,
                Err(error) => return Poll::Ready(Err(NetError::from(error).into())),
            };
            let written = ready!(Pin::new(&mut state.socket).poll_write(cx, offer))?;
            let block = if written == offer.len() {
                block
            } else {
                drop(block);
                Backlog::reserve(heap, tcp, written).map_err(NetError::from)?
            };
            state.flight.push(written, block);
            Poll::Ready(Ok(written))
        })
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.connection.poll(|state| Pin::new(&mut state.socket).poll_flush(cx))
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.connection.poll(|state| Pin::new(&mut state.socket).poll_shutdown(cx))
    }
}

impl Drop for TcpStream {
    fn drop(&mut self) {
        let Some(Charge { slot, pcb, netconn }) = self.charge.take() else { return };
        drop((slot, netconn));
        let Some(mut state) = self.connection.lock().take() else { return };
        state.settle();
        let active =
            matches!(state.socket.state(), TcpState::Established | TcpState::FinWait1 | TcpState::FinWait2);
        // TIME-WAIT is counted from here and not from the peer's FIN, a round trip later. What matters is that
        // lwIP takes back such a control block when it needs one.
        let pcb = if active {
            pcb.time_wait(self.mcu.now() + self.connection.tcp.msl * 2);
            None
        } else {
            Some(pcb)
        };
        state.socket.hold_until_released(Box::new(Closing { _pcb: pcb, _flight: state.flight }));
    }
}

impl fmt::Debug for TcpStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TcpStream({} -> {})", self.local, self.remote)
    }
}
