//! One end of a TCP connection as an application holds it; the device's and the server's are the same.

use std::any::Any;
use std::fmt;
use std::io;
use std::net::SocketAddrV4;
use std::sync::Arc;
use std::task::{Context, Poll};

use smoltcp::socket::tcp::{RecvError, Socket, State};
use tokio::io::ReadBuf;

use super::driver::Shared;
use super::failure::Failure;
use super::slot::{Side, Slot};
use super::stack::Stack;

pub(super) struct Connection {
    shared: Arc<Shared>,
    side: Side,
    id: u64,
    local: SocketAddrV4,
    remote: SocketAddrV4,
}

/// What a call found.
enum Found<'a> {
    /// The stack has the socket.
    Socket(&'a mut Slot, &'a mut Socket<'static>),
    /// The stack has forgotten it.
    Forgotten(&'a mut Slot),
    /// The device lost its power.
    Nothing,
}

impl Connection {
    pub(super) const fn new(
        shared: Arc<Shared>,
        side: Side,
        id: u64,
        local: SocketAddrV4,
        remote: SocketAddrV4,
    ) -> Self {
        Self { shared, side, id, local, remote }
    }

    pub(super) const fn local(&self) -> SocketAddrV4 {
        self.local
    }

    pub(super) const fn remote(&self) -> SocketAddrV4 {
        self.remote
    }

    /// Runs `act` on the socket. When it says so the stack is made to look at it again.
    fn with<R>(&self, act: impl FnOnce(Found<'_>) -> (R, Touch)) -> R {
        let mut state = self.shared.lock();
        let stack = state.stack_mut(self.side);
        let Stack { slots, sockets, .. } = &mut *stack;
        let found = match slots.get_mut(self.id) {
            None => Found::Nothing,
            Some(slot) => match slot.handle {
                Some(handle) => Found::Socket(slot, sockets.get_mut(handle)),
                None => Found::Forgotten(slot),
            },
        };
        let (result, touch) = act(found);
        let touched = match touch {
            Touch::Yes => true,
            Touch::IfDue => stack.is_due(),
            Touch::No => false,
        };
        if touched {
            stack.touch();
            drop(state);
            self.shared.wake();
        }
        result
    }

    pub(super) fn state(&self) -> State {
        self.with(|found| match found {
            Found::Socket(_, socket) => (socket.state(), Touch::No),
            _ => (State::Closed, Touch::No),
        })
    }

    pub(super) fn unacknowledged(&self) -> usize {
        self.with(|found| match found {
            Found::Socket(_, socket) => (socket.send_queue(), Touch::No),
            _ => (0, Touch::No),
        })
    }

    pub(super) fn unread(&self) -> usize {
        self.with(|found| match found {
            Found::Socket(slot, socket) => (slot.spill.len() + socket.recv_queue(), Touch::No),
            Found::Forgotten(slot) => (slot.spill.len(), Touch::No),
            Found::Nothing => (0, Touch::No),
        })
    }

    pub(super) fn hold(&self, guard: Box<dyn Any + Send>) {
        let rest = self.with(|found| match found {
            Found::Socket(slot, _) | Found::Forgotten(slot) => {
                slot.holds.push(guard);
                (None, Touch::No)
            }
            Found::Nothing => (Some(guard), Touch::No),
        });
        drop(rest); // The slot is free already; not under the lock.
    }

    /// Sends RST unless the connection is over already.
    pub(super) fn abort(&self) {
        self.with(|found| {
            if let Found::Socket(slot, socket) = found {
                slot.failure.get_or_insert(Failure::Aborted);
                socket.abort();
            }
            ((), Touch::Yes)
        });
    }

    pub(super) fn poll_connected(&self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.with(|found| {
            let result = match found {
                Found::Socket(slot, socket) => match (socket.state(), slot.failure) {
                    (State::SynSent | State::SynReceived, _) => {
                        socket.register_send_waker(cx.waker());
                        Poll::Pending
                    }
                    (_, Some(failure)) => Poll::Ready(Err(failure.error())),
                    // Refused in this very step: the sweep has not classified it yet.
                    (State::Closed, None) if slot.reset_seen => Poll::Ready(Err(Failure::Refused.error())),
                    (State::Closed, None) => Poll::Ready(Err(Failure::Aborted.error())),
                    _ => Poll::Ready(Ok(())),
                },
                found => Poll::Ready(Err(failure_of(&found).error())),
            };
            (result, Touch::No)
        })
    }

    pub(super) fn poll_read(&self, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        if buf.remaining() == 0 {
            return Poll::Ready(Ok(()));
        }
        self.with(|found| match found {
            Found::Socket(slot, socket) => {
                if take_spill(slot, buf) {
                    return (Poll::Ready(Ok(())), Touch::No);
                }
                match receive(socket, buf) {
                    Ok(0) => {
                        socket.register_recv_waker(cx.waker());
                        (Poll::Pending, Touch::No)
                    }
                    // The window may have to be announced, which few reads lead to.
                    Ok(_) => (Poll::Ready(Ok(())), Touch::IfDue),
                    Err(RecvError::Finished) => (Poll::Ready(Ok(())), Touch::No),
                    Err(RecvError::InvalidState) => match socket.state() {
                        State::SynSent | State::SynReceived => {
                            socket.register_recv_waker(cx.waker());
                            (Poll::Pending, Touch::No)
                        }
                        _ => (Poll::Ready(end_of(slot)), Touch::No),
                    },
                }
            }
            Found::Forgotten(slot) => {
                let result = if take_spill(slot, buf) { Ok(()) } else { end_of(slot) };
                (Poll::Ready(result), Touch::No)
            }
            Found::Nothing => (Poll::Ready(Err(Failure::PowerLost.error())), Touch::No),
        })
    }

    pub(super) fn poll_write(&self, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        if bytes.is_empty() {
            return Poll::Ready(Ok(0));
        }
        self.with(|found| match found {
            Found::Socket(slot, socket) => match socket.send_slice(bytes) {
                Ok(0) => {
                    socket.register_send_waker(cx.waker());
                    (Poll::Pending, Touch::No)
                }
                Ok(written) => (Poll::Ready(Ok(written)), Touch::Yes),
                Err(_) if matches!(socket.state(), State::SynSent | State::SynReceived) => {
                    socket.register_send_waker(cx.waker());
                    (Poll::Pending, Touch::No)
                }
                Err(_) => (Poll::Ready(Err(write_error(slot))), Touch::No),
            },
            Found::Forgotten(slot) => (Poll::Ready(Err(write_error(slot))), Touch::No),
            Found::Nothing => (Poll::Ready(Err(Failure::PowerLost.error())), Touch::No),
        })
    }

    /// Sends FIN once everything written is out.
    pub(super) fn shutdown(&self) {
        self.with(|found| {
            if let Found::Socket(_, socket) = found {
                socket.close();
            }
            ((), Touch::Yes)
        });
    }
}

/// Whether the stack has to look at a socket that was used.
enum Touch {
    Yes,
    /// When the stack itself says so.
    IfDue,
    No,
}

fn failure_of(found: &Found<'_>) -> Failure {
    match found {
        Found::Socket(slot, _) | Found::Forgotten(slot) => slot.failure.unwrap_or(Failure::Aborted),
        Found::Nothing => Failure::PowerLost,
    }
}

/// The end of the stream: true when the peer said so, an error when not.
fn end_of(slot: &Slot) -> io::Result<()> {
    match slot.failure {
        Some(failure) => Err(failure.error()),
        None if slot.reset_seen && !slot.finished => Err(Failure::Reset.error()),
        None => Ok(()),
    }
}

fn write_error(slot: &Slot) -> io::Error {
    match slot.failure {
        Some(failure) => failure.error(),
        None if slot.reset_seen => Failure::Reset.error(),
        None => io::Error::new(io::ErrorKind::BrokenPipe, "the connection is closed for writing"),
    }
}

/// Takes what was received, in two pieces where it wraps around in the socket's buffer.
fn receive(socket: &mut Socket<'_>, buf: &mut ReadBuf<'_>) -> Result<usize, RecvError> {
    let mut total = 0;
    loop {
        let taken = socket.recv(|text| {
            let bytes = text.len().min(buf.remaining());
            buf.put_slice(&text[..bytes]);
            (bytes, bytes)
        })?;
        total += taken;
        if taken == 0 || buf.remaining() == 0 || !socket.can_recv() {
            return Ok(total);
        }
    }
}

/// Hands out what was set aside. True when there was something.
fn take_spill(slot: &mut Slot, buf: &mut ReadBuf<'_>) -> bool {
    let bytes = slot.spill.len().min(buf.remaining());
    buf.put_slice(&slot.spill[..bytes]);
    slot.spill.drain(..bytes);
    bytes > 0
}

impl Drop for Connection {
    fn drop(&mut self) {
        let now = self.shared.now();
        let mut state = self.shared.lock();
        let stack = state.stack_mut(self.side);
        let Stack { slots, sockets, .. } = &mut *stack;
        if let Some(slot) = slots.get_mut(self.id) {
            slot.close(now, sockets);
            stack.touch();
            drop(state);
            self.shared.wake();
        }
    }
}

impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connection")
            .field("local", &self.local)
            .field("remote", &self.remote)
            .field("state", &self.state())
            .finish()
    }
}
