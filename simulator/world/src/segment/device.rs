//! The device's end: what arrives there, before its stack sees it.
//!
//! Datagrams never reach smoltcp: they are short, and a board's UDP sockets are queues of packets.

use std::collections::VecDeque;
use std::net::{Ipv4Addr, SocketAddrV4};
use std::task::Waker;

use nanorig_trace::Time;
use smoltcp::iface::SocketHandle;
use smoltcp::socket::tcp::{Socket, SocketBuffer};
use smoltcp::wire::{IpCidr, Ipv4Cidr};
use tokio::sync::mpsc;

use super::config::{Ipv4Config, Mac, SegmentConfig};
use super::effects::{Effects, Purpose};
use super::port::TcpOptions;
use super::slot::{NewSlot, Owner, SYN_RECEIVED_LIMIT};
use super::stack::Stack;
use super::tcp::TcpSocket;
use crate::Stream;
use crate::link::{Payload, TcpSegment, UdpDatagram, classify};

/// First port that is given out by itself (RFC 6335 6).
const EPHEMERAL: u16 = 49_152;

pub(super) struct Device {
    pub(super) stack: Stack,
    pub(super) mac: Mac,
    pub(super) gateway_mac: Mac,
    pub(super) mtu: u16,
    pub(super) config: Option<Ipv4Config>,
    pub(super) doors: Vec<Door>,
    pub(super) queues: Vec<UdpQueue>,
    random: Stream,
    next_port: u16,
    made: u64,
}

/// A listening port.
pub(super) struct Door {
    pub(super) id: u64,
    pub(super) port: u16,
    pub(super) options: TcpOptions,
    pub(super) accepted: mpsc::Sender<TcpSocket>,
}

/// A bound datagram port.
pub(super) struct UdpQueue {
    pub(super) id: u64,
    pub(super) port: u16,
    pub(super) packets: VecDeque<(Vec<u8>, SocketAddrV4)>,
    pub(super) limit: usize,
    pub(super) waker: Option<Waker>,
}

impl Device {
    pub(super) fn new(stack: Stack, config: &SegmentConfig, random: Stream) -> Self {
        let next_port = EPHEMERAL + random.below(u64::from(u16::MAX - EPHEMERAL)) as u16;
        Self {
            stack,
            mac: config.mac,
            gateway_mac: config.gateway_mac,
            mtu: config.mtu,
            config: None,
            doors: Vec::new(),
            queues: Vec::new(),
            random,
            next_port,
            made: 0,
        }
    }

    /// Takes in every frame that has arrived.
    pub(super) fn admit(&mut self, now: Time) {
        while let Some(frame) = self.stack.inbox.pop_due(now) {
            match classify(&frame) {
                Payload::Udp(datagram) => self.deliver(&datagram),
                Payload::Tcp(segment) => self.admit_tcp(now, frame, &segment),
                Payload::Arp { ip, .. } => self.stack.accept_arp(now, frame, ip),
                Payload::Other => {}
            }
        }
    }

    fn admit_tcp(&mut self, now: Time, frame: Vec<u8>, segment: &TcpSegment) {
        let slots = &mut self.stack.slots;
        if segment.flags.rst {
            if let Some(slot) = slots.find_mut(segment.destination, segment.source) {
                slot.reset_seen = true;
            }
        } else if segment.flags.syn
            && !segment.flags.ack
            && slots.find_mut(segment.destination, segment.source).is_none()
            && !self.open(now, segment)
        {
            return;
        }
        self.stack.accept_tcp(now, frame, segment);
    }

    /// Makes a socket for a new connection to a listening port. False when the SYN is to be lost because
    /// the backlog is full; a port where nobody listens is left to the stack, which refuses.
    fn open(&mut self, now: Time, segment: &TcpSegment) -> bool {
        let Some(door) = self.doors.iter().find(|door| door.port == segment.destination.port()) else {
            return true;
        };
        let opening = self.stack.slots.iter().filter(|slot| {
            slot.local.port() == door.port && matches!(slot.owner, Owner::Opening(Purpose::Listener(_)))
        });
        if opening.count() >= door.accepted.capacity() {
            return false;
        }
        let purpose = Purpose::Listener(door.accepted.clone());
        let options = door.options.clone();
        let mut socket = options.socket();
        if socket.listen((*segment.destination.ip(), segment.destination.port())).is_ok() {
            let handle = self.stack.sockets.add(socket);
            self.stack.slots.add(
                now,
                NewSlot {
                    handle,
                    local: segment.destination,
                    remote: segment.source,
                    owner: Owner::Opening(purpose),
                    handshake: SYN_RECEIVED_LIMIT,
                    give_up: options.give_up,
                },
            );
        }
        true
    }

    fn deliver(&mut self, datagram: &UdpDatagram<'_>) {
        if !self.is_for_us(*datagram.destination.ip()) {
            return;
        }
        let port = datagram.destination.port();
        let Some(queue) = self.queues.iter_mut().find(|queue| queue.port == port) else { return };
        if queue.packets.len() < queue.limit {
            queue.packets.push_back((datagram.payload.to_vec(), datagram.source));
            if let Some(waker) = queue.waker.take() {
                waker.wake();
            }
        }
    }

    /// Without an address everything is: a DHCP server sends to the address that it is about to lease
    /// (RFC 2131 4.1).
    fn is_for_us(&self, destination: Ipv4Addr) -> bool {
        let Some(config) = self.config else { return true };
        let broadcast = config.cidr().broadcast();
        destination == config.address || destination.is_broadcast() || Some(destination) == broadcast
    }

    /// Sets or removes the address, which [`is_host_address`](super::is_host_address) accepts.
    pub(super) fn configure(&mut self, config: Option<Ipv4Config>) {
        self.config = config;
        self.stack.iface.update_ip_addrs(|addresses| {
            addresses.clear();
            if let Some(config) = config {
                addresses.push(IpCidr::Ipv4(config.cidr())).expect("an empty list has room for an address");
            }
        });
        let routes = self.stack.iface.routes_mut();
        routes.remove_default_ipv4_route();
        if let Some(gateway) = config.and_then(|config| config.gateway) {
            routes.add_default_ipv4_route(gateway).expect("the one default route was removed before");
        }
        self.stack.touch();
    }

    /// Power loss.
    pub(super) fn restart(&mut self, now: Time, effects: &mut Effects) {
        self.stack.slots.vanish(&mut self.stack.sockets, effects);
        self.stack.restart(self.mac, self.random.u64(), now);
        self.config = None;
        self.doors.clear();
        for queue in self.queues.drain(..) {
            if let Some(waker) = queue.waker {
                waker.wake();
            }
        }
    }

    /// A number for something that is looked up later.
    pub(super) const fn next_id(&mut self) -> u64 {
        self.made += 1;
        self.made
    }

    /// The next port that `taken` does not refuse.
    pub(super) fn ephemeral_port(&mut self, taken: impl Fn(&Self, u16) -> bool) -> u16 {
        loop {
            let port = self.next_port;
            self.next_port = if port == u16::MAX { EPHEMERAL } else { port + 1 };
            if !taken(self, port) {
                return port;
            }
        }
    }

    pub(super) fn add_socket(&mut self, socket: Socket<'static>) -> SocketHandle {
        self.stack.sockets.add(socket)
    }
}

impl Ipv4Config {
    pub(super) fn cidr(&self) -> Ipv4Cidr {
        Ipv4Cidr::new(self.address, self.prefix.min(32))
    }
}

impl TcpOptions {
    /// A socket of the stack with these options.
    pub(super) fn socket(&self) -> Socket<'static> {
        let buffer = |bytes: usize| SocketBuffer::new(vec![0; bytes.max(1)]);
        let mut socket = Socket::new(buffer(self.receive_bytes), buffer(self.send_bytes));
        socket.set_nagle_enabled(self.nagle);
        socket
    }
}
