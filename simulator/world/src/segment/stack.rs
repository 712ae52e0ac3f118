//! One end's TCP/IP stack: a smoltcp interface with its sockets, fed by hand.
//!
//! Frames pass the work-arounds of `link` on their way in. What the stack sends lies in an
//! outbox until the driver puts it on the link.

use std::collections::VecDeque;
use std::net::Ipv4Addr;
use std::time::Duration;

use nanorig_trace::Time;
use smoltcp::iface::{Config, Interface, SocketSet};
use smoltcp::phy::{Device, DeviceCapabilities, Medium, RxToken, TxToken};
use smoltcp::time::Instant;
use smoltcp::wire::{EthernetAddress, HardwareAddress};

use super::config::Mac;
use super::slot::Slots;
use crate::link::{ArpKeeper, Inbox, Ratchet, TcpSegment, Verdict};

/// Length of an Ethernet header.
const ETHERNET: usize = 14;

pub(crate) struct Stack {
    pub(super) iface: Interface,
    pub(super) sockets: SocketSet<'static>,
    pub(super) slots: Slots,
    pub(super) nic: Nic,
    pub(super) inbox: Inbox,
    ratchet: Ratchet,
    arp: ArpKeeper,
    touched: bool,
    polled: Instant,
    next_poll: Option<Time>,
    #[cfg(test)]
    pub(super) bare: Bare,
}

/// Work-arounds that a test does without, to see what they are good for.
#[cfg(test)]
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Bare {
    pub(super) ratchet: bool,
    pub(super) duplicates: bool,
    pub(super) arp: bool,
}

/// The interface's way to the world.
pub(super) struct Nic {
    ready: VecDeque<Vec<u8>>,
    pub(super) outbox: Vec<Vec<u8>>,
    mtu: usize,
}

impl Stack {
    pub(super) fn new(mac: Mac, mtu: u16, seed: u64, now: Time) -> Self {
        let mut nic = Nic { ready: VecDeque::new(), outbox: Vec::new(), mtu: usize::from(mtu) + ETHERNET };
        Self {
            iface: interface(mac, seed, &mut nic, now),
            sockets: socket_set(),
            slots: Slots::default(),
            nic,
            inbox: Inbox::default(),
            ratchet: Ratchet::default(),
            arp: ArpKeeper::default(),
            touched: false,
            polled: instant(now),
            next_poll: None,
            #[cfg(test)]
            bare: Bare::default(),
        }
    }

    /// Forgets everything as a power loss does, but not the frames that are on the link.
    pub(super) fn restart(&mut self, mac: Mac, seed: u64, now: Time) {
        self.nic.ready.clear();
        self.nic.outbox.clear();
        self.iface = interface(mac, seed, &mut self.nic, now);
        self.sockets = socket_set();
        self.ratchet.clear();
        self.arp.clear();
        self.touched = false;
        self.next_poll = None;
    }

    /// Says that a socket was used from outside, so that there may be something to send.
    pub(super) const fn touch(&mut self) {
        self.touched = true;
    }

    /// Hands an ARP packet of `ip` to the stack.
    pub(super) fn accept_arp(&mut self, now: Time, frame: Vec<u8>, ip: Ipv4Addr) {
        #[cfg(test)]
        if self.bare.arp {
            self.nic.ready.push_back(frame);
            return;
        }
        self.arp.learn(now, ip, &frame);
        self.nic.ready.push_back(frame);
    }

    /// Hands a TCP segment to the stack, unless the duplicate-ACK filter takes it.
    pub(super) fn accept_tcp(&mut self, now: Time, mut frame: Vec<u8>, segment: &TcpSegment) {
        #[cfg(test)]
        if self.bare.ratchet {
            self.nic.ready.push_back(frame);
            return;
        }
        let (local, remote) = (segment.destination, segment.source);
        let deliver = match self.ratchet.pass(now, segment, &mut frame) {
            Verdict::Deliver => true,
            Verdict::Swallow => false,
            #[cfg(test)]
            Verdict::Duplicate if self.bare.duplicates => true,
            Verdict::Duplicate => !self.slots.has_in_flight(local, remote, &self.sockets),
        };
        if deliver {
            self.nic.ready.push_back(frame);
        }
    }

    pub(super) fn needs_poll(&self, now: Time) -> bool {
        self.touched || !self.nic.ready.is_empty() || self.next_poll.is_some_and(|at| at <= now)
    }

    /// Whether the stack would send something if it were polled at the time of its last poll.
    pub(super) fn is_due(&mut self) -> bool {
        let at = self.iface.poll_at(self.polled, &self.sockets);
        at.is_some_and(|at| at <= self.polled)
    }

    /// Lets the stack work until it is quiet.
    pub(super) fn poll(&mut self, now: Time) {
        self.touched = false;
        while let Some(reply) = self.arp.refresh(now) {
            self.nic.ready.push_front(reply);
        }
        let at = instant(now);
        self.polled = at;
        self.iface.poll(at, &mut self.nic, &mut self.sockets);
        let next = self.iface.poll_at(at, &self.sockets);
        // What is due although the stack just worked (it waits for a neighbour, say) must not spin.
        self.next_poll = next.map(|next| match time(next) {
            next if next > now => next,
            _ => now + Duration::from_millis(1),
        });
    }

    /// When the stack's next timer or frame is due.
    pub(super) fn next_at(&self) -> Option<Time> {
        earliest([self.next_poll, self.inbox.next_at(), self.slots.next_deadline()])
    }
}

/// The earliest of some deadlines.
pub(super) fn earliest<const N: usize>(times: [Option<Time>; N]) -> Option<Time> {
    times.into_iter().flatten().min()
}

/// Room for one socket: most devices have one connection for most of their time, and a vector's first
/// growth would make room for four of nearly a kilobyte each.
fn socket_set() -> SocketSet<'static> {
    SocketSet::new(Vec::with_capacity(1))
}

fn interface(mac: Mac, seed: u64, nic: &mut Nic, now: Time) -> Interface {
    let mut config = Config::new(HardwareAddress::Ethernet(EthernetAddress(mac.0)));
    config.random_seed = seed; // Initial sequence numbers.
    Interface::new(config, nic, instant(now))
}

/// smoltcp's time is signed; a run never lasts 292,000 years.
fn instant(at: Time) -> Instant {
    Instant::from_micros(at.as_micros().cast_signed())
}

fn time(at: Instant) -> Time {
    Time::from_micros(u64::try_from(at.total_micros()).unwrap_or(0))
}

impl Device for Nic {
    type RxToken<'a> = Received;
    type TxToken<'a> = Sending<'a>;

    fn receive(&mut self, _now: Instant) -> Option<(Received, Sending<'_>)> {
        let frame = self.ready.pop_front()?;
        Some((Received(frame), Sending(&mut self.outbox)))
    }

    fn transmit(&mut self, _now: Instant) -> Option<Sending<'_>> {
        Some(Sending(&mut self.outbox))
    }

    fn capabilities(&self) -> DeviceCapabilities {
        let mut capabilities = DeviceCapabilities::default();
        capabilities.medium = Medium::Ethernet;
        capabilities.max_transmission_unit = self.mtu;
        capabilities
    }
}

pub(super) struct Received(Vec<u8>);

impl RxToken for Received {
    fn consume<R, F: FnOnce(&[u8]) -> R>(self, handle: F) -> R {
        handle(&self.0)
    }
}

pub(super) struct Sending<'a>(&'a mut Vec<Vec<u8>>);

impl TxToken for Sending<'_> {
    fn consume<R, F: FnOnce(&mut [u8]) -> R>(self, length: usize, fill: F) -> R {
        let mut frame = vec![0; length];
        let result = fill(&mut frame);
        self.0.push(frame);
        result
    }
}
