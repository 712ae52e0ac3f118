//! The life of a TCP socket between the application and the stack.
//!
//! ```text
//! owner     what happened                                  becomes
//! Opening   the handshake completed                        App, handed out
//! Opening   RST, a broken SYN, no ACK of our SYN for 63 s  released
//! App       the application dropped its handle             Closing (FIN sent, text thrown away)
//! App       no progress for `give_up`, no SYN-ACK in time  App with a failure, socket gone
//! Closing   the stack is done (after TIME-WAIT)            released
//! Closing   60 s in FIN-WAIT-2, or no progress             RST, then released
//! ```
//!
//! A slot is released only when the stack has forgotten the connection, because that is when a
//! board gets its socket back; removing one in TIME-WAIT would answer late segments with RST.

use std::any::Any;
use std::net::{Ipv4Addr, SocketAddrV4};
use std::time::Duration;

use nanorig_trace::Time;
use smoltcp::iface::{SocketHandle, SocketSet};
use smoltcp::socket::tcp::{Socket, State};

use super::effects::{Effects, HandOut, Purpose};
use super::failure::Failure;

/// How long a server repeats its SYN-ACK: five retries with doubling from 1 s, as Linux does.
pub(super) const SYN_RECEIVED_LIMIT: Duration = Duration::from_secs(63);
/// smoltcp has no timer in FIN-WAIT-2, and a lost RST would leave the socket there for ever.
const FIN_WAIT_2_LIMIT: Duration = Duration::from_secs(60);
/// How long what a closed socket still has to send may stay unacknowledged, where the socket has no limit.
const UNACKNOWLEDGED_LIMIT: Duration = Duration::from_secs(120);
/// How long an RST may wait for its neighbour's address.
const RST_LIMIT: Duration = Duration::from_secs(5);

/// Which stack a socket belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    Device,
    Gateway,
}

/// Addresses that a stack may use.
#[derive(Clone, Copy, Debug)]
pub(super) enum Address {
    /// Every one: the gateway.
    Any,
    /// None or one: the device.
    Own(Option<Ipv4Addr>),
}

impl Address {
    fn lacks(self, ip: Ipv4Addr) -> bool {
        matches!(self, Self::Own(own) if own != Some(ip))
    }
}

/// All sockets of one stack.
#[derive(Default)]
pub(super) struct Slots {
    list: Vec<Slot>,
    made: u64,
    next_deadline: Option<Time>,
}

pub(super) struct Slot {
    pub(super) id: u64,
    /// None once the stack has forgotten the socket while the application still holds it.
    pub(super) handle: Option<SocketHandle>,
    pub(super) local: SocketAddrV4,
    pub(super) remote: SocketAddrV4,
    pub(super) owner: Owner,
    pub(super) failure: Option<Failure>,
    /// What was received before the stack forgot it.
    pub(super) spill: Vec<u8>,
    /// The peer's FIN arrived: the end of the stream is its true end.
    pub(super) finished: bool,
    /// Dropped when the slot is released.
    pub(super) holds: Vec<Box<dyn Any + Send>>,
    pub(super) reset_seen: bool,
    established: bool,
    /// End of the present phase: opening, connecting, closing.
    phase_ends: Option<Time>,
    give_up: Option<Duration>,
    unacknowledged: usize,
    progress_at: Time,
}

/// Who looks after a socket.
pub(super) enum Owner {
    /// The stack: the handshake of an incoming connection is under way.
    Opening(Purpose),
    /// The application.
    App,
    /// The stack again: the application is done with it.
    Closing,
}

/// What a new slot begins with.
pub(super) struct NewSlot {
    pub(super) handle: SocketHandle,
    pub(super) local: SocketAddrV4,
    pub(super) remote: SocketAddrV4,
    pub(super) owner: Owner,
    /// How long the handshake may take.
    pub(super) handshake: Duration,
    pub(super) give_up: Option<Duration>,
}

impl Slots {
    pub(super) fn add(&mut self, now: Time, new: NewSlot) -> u64 {
        self.made += 1;
        // Few sockets are open at a time, and there may be thousands of devices.
        self.list.reserve_exact(1);
        self.list.push(Slot {
            id: self.made,
            handle: Some(new.handle),
            local: new.local,
            remote: new.remote,
            owner: new.owner,
            failure: None,
            spill: Vec::new(),
            finished: false,
            holds: Vec::new(),
            reset_seen: false,
            established: false,
            phase_ends: Some(now + new.handshake),
            give_up: new.give_up,
            unacknowledged: 0,
            progress_at: now,
        });
        self.made
    }

    pub(super) fn get_mut(&mut self, id: u64) -> Option<&mut Slot> {
        self.list.iter_mut().find(|slot| slot.id == id)
    }

    /// Whether a connection has sent something that is not acknowledged.
    pub(super) fn has_in_flight(
        &mut self,
        local: SocketAddrV4,
        remote: SocketAddrV4,
        sockets: &SocketSet<'_>,
    ) -> bool {
        let handle = self.find_mut(local, remote).and_then(|slot| slot.handle);
        handle.is_some_and(|handle| unacknowledged(sockets.get(handle)) > 0)
    }

    /// The slot of a connection, by its own and its peer's address.
    pub(super) fn find_mut(&mut self, local: SocketAddrV4, remote: SocketAddrV4) -> Option<&mut Slot> {
        self.list
            .iter_mut()
            .find(|slot| slot.handle.is_some() && slot.local == local && slot.remote == remote)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Slot> {
        self.list.iter()
    }

    pub(super) const fn next_deadline(&self) -> Option<Time> {
        self.next_deadline
    }

    /// Wakes every application that waits and forgets all slots, silently: the power is gone.
    pub(super) fn vanish(&mut self, sockets: &mut SocketSet<'_>, effects: &mut Effects) {
        for mut slot in self.list.drain(..) {
            if let Some(handle) = slot.handle {
                sockets.get_mut::<Socket<'_>>(handle).abort();
            }
            effects.release(&mut slot.holds);
        }
        self.next_deadline = None;
    }

    /// Looks after every slot once the stack has worked. True when the stack has work again.
    pub(super) fn sweep(
        &mut self,
        now: Time,
        side: Side,
        address: Address,
        sockets: &mut SocketSet<'static>,
        effects: &mut Effects,
    ) -> bool {
        let mut touched = false;
        let mut next = None;
        self.list.retain_mut(|slot| {
            let step = slot.step(now, address, sockets);
            match step {
                Step::Keep => {}
                Step::Touched => touched = true,
                Step::HandOut => {
                    if let Owner::Opening(purpose) = std::mem::replace(&mut slot.owner, Owner::App) {
                        let (id, local, remote) = (slot.id, slot.local, slot.remote);
                        effects.hand_outs.push(HandOut { side, id, local, remote, purpose });
                    }
                }
                Step::Release => {
                    slot.forget_socket(sockets);
                    effects.release(&mut slot.holds);
                    return false;
                }
            }
            next = next.into_iter().chain(slot.deadline()).min();
            true
        });
        self.next_deadline = next;
        touched
    }
}

/// What follows from looking at a slot.
enum Step {
    Keep,
    /// The stack has something to send.
    Touched,
    HandOut,
    Release,
}

impl Slot {
    fn step(&mut self, now: Time, address: Address, sockets: &mut SocketSet<'static>) -> Step {
        let Some(handle) = self.handle else {
            return if matches!(self.owner, Owner::Closing) { Step::Release } else { Step::Keep };
        };
        let socket = sockets.get_mut::<Socket<'_>>(handle);
        self.observe(now, socket);
        let phase_over = self.phase_ends.is_some_and(|ends| ends <= now);
        match (&self.owner, socket.state()) {
            (Owner::Opening(_), State::Listen | State::Closed) => Step::Release,
            (Owner::Opening(_), State::SynReceived) if phase_over => Step::Release,
            (Owner::Opening(_), State::SynReceived) => Step::Keep,
            (Owner::Opening(_), _) => {
                self.phase_ends = None;
                Step::HandOut
            }
            (Owner::App, State::SynSent | State::SynReceived) if phase_over => {
                self.fail(Failure::TimedOut, sockets);
                Step::Keep
            }
            (Owner::App, State::Closed) => {
                if self.failure.is_none() {
                    self.failure = self.why_closed(address);
                }
                self.phase_ends = None;
                self.give_up = None;
                Step::Keep
            }
            (Owner::App, State::TimeWait) => {
                // Its end clears the buffer, so what the application has not read yet is set aside.
                drain(socket, |text| self.spill.extend_from_slice(text));
                Step::Keep
            }
            (Owner::App, _) if self.is_stuck(now) => {
                self.fail(Failure::TimedOut, sockets);
                Step::Keep
            }
            (Owner::App, _) => Step::Keep,
            (Owner::Closing, state) => {
                let drained = drain(socket, |_| {});
                match state {
                    State::Closed => {
                        let rst_waits = socket.remote_endpoint().is_some() && !phase_over;
                        self.give_up = None;
                        if rst_waits { Step::Keep } else { Step::Release }
                    }
                    State::TimeWait => {
                        self.phase_ends = None; // The stack has a timer for this state.
                        if drained { Step::Touched } else { Step::Keep }
                    }
                    _ if phase_over || self.is_stuck(now) => {
                        socket.abort();
                        self.phase_ends = Some(now + RST_LIMIT);
                        Step::Touched
                    }
                    _ => {
                        if drained {
                            Step::Touched
                        } else {
                            Step::Keep
                        }
                    }
                }
            }
        }
    }

    /// Notes what the socket's state tells.
    fn observe(&mut self, now: Time, socket: &Socket<'_>) {
        let state = socket.state();
        if !matches!(state, State::Listen | State::SynSent | State::SynReceived | State::Closed) {
            if !self.established {
                self.established = true;
                self.progress_at = now;
                if matches!(self.owner, Owner::App) {
                    self.phase_ends = None;
                }
            }
            self.finished |= !matches!(state, State::Established | State::FinWait1 | State::FinWait2);
        }
        let unacknowledged = unacknowledged(socket);
        if unacknowledged != self.unacknowledged {
            // The first byte after a pause starts the wait, as every acknowledgement does.
            self.unacknowledged = unacknowledged;
            self.progress_at = now;
            if matches!(self.owner, Owner::Closing) && state != State::Closed {
                self.phase_ends = Some(now + self.closing_limit());
            }
        }
    }

    /// How long a closed socket may go without progress.
    fn closing_limit(&self) -> Duration {
        if self.unacknowledged == 0 { FIN_WAIT_2_LIMIT } else { self.give_up.unwrap_or(UNACKNOWLEDGED_LIMIT) }
    }

    fn is_stuck(&self, now: Time) -> bool {
        self.established && self.gives_up_at().is_some_and(|at| at <= now)
    }

    fn gives_up_at(&self) -> Option<Time> {
        if self.unacknowledged == 0 { None } else { Some(self.progress_at + self.give_up?) }
    }

    fn deadline(&self) -> Option<Time> {
        self.handle?;
        self.phase_ends.into_iter().chain(self.gives_up_at()).min()
    }

    fn why_closed(&self, address: Address) -> Option<Failure> {
        if self.reset_seen {
            return Some(if self.established { Failure::Reset } else { Failure::Refused });
        }
        if address.lacks(*self.local.ip()) {
            return Some(Failure::AddressLost);
        }
        // Nobody here closed it, so the stack gave up.
        (self.established && !self.finished).then_some(Failure::TimedOut)
    }

    /// Ends the connection without a word to the peer, as stacks do when a peer stopped answering.
    fn fail(&mut self, failure: Failure, sockets: &mut SocketSet<'static>) {
        self.failure = Some(failure);
        self.forget_socket(sockets);
    }

    /// Wakes whoever waits and takes the socket from the stack.
    pub(super) fn forget_socket(&mut self, sockets: &mut SocketSet<'static>) {
        let Some(handle) = self.handle.take() else { return };
        let socket = sockets.get_mut::<Socket<'_>>(handle);
        if !matches!(self.owner, Owner::Closing) {
            drain(socket, |text| self.spill.extend_from_slice(text));
        }
        socket.abort(); // Wakes; the RST is never sent because the socket goes.
        sockets.remove(handle);
    }

    /// The application is done: what it did not read is thrown away, what it wrote still goes out.
    pub(super) fn close(&mut self, now: Time, sockets: &mut SocketSet<'static>) {
        self.owner = Owner::Closing;
        self.spill = Vec::new();
        if let Some(handle) = self.handle {
            let socket = sockets.get_mut::<Socket<'_>>(handle);
            socket.close();
            self.unacknowledged = unacknowledged(socket);
            self.progress_at = now;
        }
        self.phase_ends = Some(now + self.closing_limit());
    }
}

/// Bytes, and FIN, that the peer has not acknowledged.
fn unacknowledged(socket: &Socket<'_>) -> usize {
    let fin = matches!(socket.state(), State::FinWait1 | State::Closing | State::LastAck);
    socket.send_queue() + usize::from(fin)
}

/// Takes everything out of the receive buffer. True when there was something.
fn drain(socket: &mut Socket<'_>, mut each: impl FnMut(&[u8])) -> bool {
    let mut any = false;
    while socket.can_recv() {
        let taken = socket.recv(|text| {
            each(text);
            (text.len(), text.len())
        });
        match taken {
            Ok(bytes) if bytes > 0 => any = true,
            _ => break,
        }
    }
    any
}
