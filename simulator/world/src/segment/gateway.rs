//! The gateway's end: it answers for every address of the directory.
//!
//! Its stack takes any destination address; what nobody serves is refused or lost here, before the
//! stack sees it. A connection gets a socket that listens on exactly the address and port of its SYN,
//! and only one: a second copy of the SYN must not make a second one. Datagrams go to their services
//! without a stack.

use std::net::{Ipv4Addr, SocketAddrV4};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use nanorig_trace::Time;
use nanorig_trace::event::{Direction, NetworkEvent, Service};
use smoltcp::socket::tcp::{Socket, SocketBuffer, State as TcpState};
use smoltcp::wire::{IpCidr, Ipv4Cidr};

use super::config::{Mac, SegmentConfig, is_host_address};
use super::effects::{Effects, HostDial, Purpose};
use super::forward::HostAnswer;
use super::slot::{NewSlot, Owner, SYN_RECEIVED_LIMIT};
use super::stack::Stack;
use crate::directory::{Datagram, Destination, Reply, UdpService};
use crate::lan::dhcp::DhcpHandle;
use crate::link::{Payload, Schedule, TcpSegment, UdpDatagram, classify, udp_frame};
use crate::{Directory, World};

/// How long data of a server may stay unacknowledged: fifteen retries, as Linux does.
const GIVE_UP: Duration = Duration::from_secs(924);
/// Unanswered connections that are remembered so that repeated SYNs are recorded once.
const REMEMBERED: usize = 8;

/// A datagram service that the directory or the segment shares.
pub(super) type SharedService = Arc<Mutex<Box<dyn UdpService>>>;

pub(super) struct Gateway {
    pub(super) stack: Stack,
    pub(super) address: Ipv4Addr,
    pub(super) dhcp: Option<DhcpHandle>,
    pub(super) services: Vec<(u16, SharedService)>,
    mac: Mac,
    device_mac: Mac,
    receive_bytes: usize,
    send_bytes: usize,
    replies: Schedule<PlannedReply>,
    hosts: Vec<HostConnection>,
    unanswered: Vec<(SocketAddrV4, SocketAddrV4)>,
    next_port: u16,
}

/// A datagram that leaves later.
struct PlannedReply {
    service: Service,
    from: SocketAddrV4,
    to: SocketAddrV4,
    payload: Vec<u8>,
}

/// A connection whose socket of the host is being connected.
struct HostConnection {
    device: SocketAddrV4,
    server: SocketAddrV4,
    answer: HostAnswer,
}

impl HostConnection {
    fn is_of(&self, device: SocketAddrV4, server: SocketAddrV4) -> bool {
        self.device == device && self.server == server
    }
}

impl Gateway {
    pub(super) fn new(mut stack: Stack, config: &SegmentConfig, dhcp: Option<DhcpHandle>) -> Self {
        stack.iface.set_any_ip(true);
        let mut gateway = Self {
            stack,
            address: Ipv4Addr::UNSPECIFIED,
            dhcp,
            services: Vec::new(),
            mac: config.gateway_mac,
            device_mac: config.mac,
            receive_bytes: config.server_receive_bytes.max(1),
            send_bytes: config.server_send_bytes.max(1),
            replies: Schedule::default(),
            hosts: Vec::new(),
            unanswered: Vec::new(),
            next_port: 50_000,
        };
        gateway.set_address(config.gateway);
        gateway
    }

    /// Takes in every frame that has arrived.
    pub(super) fn admit(&mut self, now: Time, world: &World, effects: &mut Effects) {
        while let Some(frame) = self.stack.inbox.pop_due(now) {
            match classify(&frame) {
                Payload::Arp { request, ip, target, .. } => {
                    if self.answers_arp(request, target, &world.directory) {
                        self.stack.accept_arp(now, frame, ip);
                    }
                }
                Payload::Udp(datagram) => self.serve(now, world, &datagram),
                Payload::Tcp(segment) => self.admit_tcp(now, world, frame, &segment, effects),
                Payload::Other => {}
            }
        }
        // The SYN of an answer came in just now. Where it was not let in, nobody wants the answer any more.
        self.hosts.retain(|host| matches!(host.answer, HostAnswer::Waiting));
    }

    /// The device resolves an address that is the gateway's or that a service has. The address that the
    /// device asks for is the one the gateway asks from later: a stack ignores requests from another subnet.
    fn answers_arp(&mut self, request: bool, target: Ipv4Addr, directory: &Directory) -> bool {
        if !request || target == self.address {
            return target == self.address;
        }
        let is_router = self.dhcp.as_ref().is_some_and(|dhcp| dhcp.settings().router == target);
        if is_router && is_host_address(target) {
            self.set_address(target);
            return true;
        }
        directory.knows(target)
    }

    /// Every address is on the gateway's link: it has one device behind it, whatever its subnet.
    fn set_address(&mut self, address: Ipv4Addr) {
        self.address = address;
        self.stack.iface.update_ip_addrs(|addresses| {
            addresses.clear();
            addresses
                .push(IpCidr::Ipv4(Ipv4Cidr::new(address, 0)))
                .expect("an empty list has room for an address");
        });
    }

    fn admit_tcp(
        &mut self,
        now: Time,
        world: &World,
        frame: Vec<u8>,
        segment: &TcpSegment,
        effects: &mut Effects,
    ) {
        if world.directory.is_blackholed(*segment.destination.ip()) {
            return;
        }
        if segment.flags.rst {
            if let Some(slot) = self.stack.slots.find_mut(segment.destination, segment.source) {
                slot.reset_seen = true;
            }
        } else if segment.flags.syn && !segment.flags.ack && !self.is_known(segment) {
            let host = self.host_answer(segment);
            let destination = match host {
                Some(HostAnswer::Waiting | HostAnswer::Silent) => return, // A repeated SYN.
                Some(HostAnswer::Refused) => Err(Destination::Refused),
                Some(HostAnswer::Connected(stream)) => Ok(Purpose::Host(stream)),
                None => Err(world.directory.tcp_destination(segment.destination)),
            };
            match destination {
                Ok(purpose) => self.open(now, segment, purpose),
                Err(Destination::Service { service, incoming }) => {
                    self.open(now, segment, Purpose::Service { service, incoming });
                }
                Err(Destination::Host(host)) => {
                    let (device, server) = (segment.source, segment.destination);
                    self.hosts.push(HostConnection { device, server, answer: HostAnswer::Waiting });
                    effects.host_dials.push(HostDial { syn: frame, device, server, host });
                    return;
                }
                // Without a socket the stack answers RST.
                Err(Destination::Refused) => self.record_unanswered(world, segment, "refused"),
                Err(Destination::Dropped) => {
                    self.record_unanswered(world, segment, "dropped");
                    return;
                }
            }
        }
        self.stack.accept_tcp(now, frame, segment);
    }

    /// A SYN belongs to a connection that the gateway has: a copy, or a peer that forgot. One in TIME-WAIT
    /// makes room for its successor (RFC 9293 3.10.7.4, RFC 6191): a device may come back with the same port.
    fn is_known(&mut self, segment: &TcpSegment) -> bool {
        let Stack { slots, sockets, .. } = &mut self.stack;
        let Some(slot) = slots.find_mut(segment.destination, segment.source) else { return false };
        let state = slot.handle.map(|handle| sockets.get::<Socket<'_>>(handle).state());
        if matches!(state, Some(TcpState::TimeWait | TcpState::Closed)) {
            slot.forget_socket(sockets);
            return false;
        }
        true
    }

    fn open(&mut self, now: Time, segment: &TcpSegment, purpose: Purpose) {
        let mut socket = self.socket();
        if socket.listen((*segment.destination.ip(), segment.destination.port())).is_err() {
            return; // Port 0: the stack refuses it.
        }
        let handle = self.stack.sockets.add(socket);
        self.stack.slots.add(
            now,
            NewSlot {
                handle,
                local: segment.destination,
                remote: segment.source,
                owner: Owner::Opening(purpose),
                handshake: SYN_RECEIVED_LIMIT,
                give_up: Some(GIVE_UP),
            },
        );
    }

    fn socket(&self) -> Socket<'static> {
        let receive = SocketBuffer::new(vec![0; self.receive_bytes]);
        let mut socket = Socket::new(receive, SocketBuffer::new(vec![0; self.send_bytes]));
        socket.set_nagle_enabled(false);
        socket
    }

    /// Starts a connection to a server on the device.
    pub(super) fn connect(
        &mut self,
        now: Time,
        device: SocketAddrV4,
        handshake: Duration,
    ) -> Option<(u64, SocketAddrV4)> {
        self.next_port = self.next_port.checked_add(1).unwrap_or(50_000);
        let local = SocketAddrV4::new(self.address, self.next_port);
        let mut socket = self.socket();
        let to = (*device.ip(), device.port());
        socket.connect(self.stack.iface.context(), to, (*local.ip(), local.port())).ok()?;
        let handle = self.stack.sockets.add(socket);
        let owner = Owner::App;
        let give_up = Some(GIVE_UP);
        let new = NewSlot { handle, local, remote: device, owner, handshake, give_up };
        let id = self.stack.slots.add(now, new);
        self.stack.touch();
        Some((id, local))
    }

    /// What became of the host's socket for this SYN; an answer is taken out.
    fn host_answer(&mut self, segment: &TcpSegment) -> Option<HostAnswer> {
        let index = self.hosts.iter().position(|host| host.is_of(segment.source, segment.destination))?;
        if matches!(self.hosts[index].answer, HostAnswer::Waiting) {
            return Some(HostAnswer::Waiting);
        }
        Some(self.hosts.swap_remove(index).answer)
    }

    pub(super) fn host_answered(
        &mut self,
        now: Time,
        device: SocketAddrV4,
        server: SocketAddrV4,
        answer: HostAnswer,
        syn: Vec<u8>,
    ) {
        let Some(index) = self.hosts.iter().position(|host| host.is_of(device, server)) else { return };
        if matches!(answer, HostAnswer::Silent) {
            self.hosts.swap_remove(index); // The device's next SYN tries again.
        } else {
            self.hosts[index].answer = answer;
            self.stack.inbox.push(now, syn);
        }
    }

    /// Connections whose host has not answered.
    #[cfg(test)]
    pub(super) fn hosts_waited_for(&self) -> usize {
        self.hosts.len()
    }

    fn record_unanswered(&mut self, world: &World, segment: &TcpSegment, how: &str) {
        let connection = (segment.source, segment.destination);
        if self.unanswered.contains(&connection) {
            return;
        }
        if self.unanswered.len() == REMEMBERED {
            self.unanswered.remove(0);
        }
        self.unanswered.push(connection);
        let server = segment.destination;
        world.recorder.record(NetworkEvent::Unanswered { server, how: how.into() });
    }

    /// Gives a datagram to its service and plans the answers.
    fn serve(&mut self, now: Time, world: &World, datagram: &UdpDatagram<'_>) {
        let (device, server) = (datagram.source, datagram.destination);
        if world.directory.is_blackholed(*server.ip()) {
            return;
        }
        let Some(service) = self.service(server, &world.directory) else { return };
        // A panic in a service leaves what it left; the next datagram finds it so.
        let mut service = service.lock().unwrap_or_else(PoisonError::into_inner);
        let kind = service.service();
        world.recorder.record(NetworkEvent::Datagram {
            service: kind,
            direction: Direction::FromDevice,
            device,
            server,
            bytes: datagram.payload.to_vec().into(),
        });
        let utc = world.clock.utc_at(now);
        let request = Datagram { now, utc, device, server, payload: datagram.payload };
        let own =
            if server.ip().is_broadcast() { SocketAddrV4::new(self.address, server.port()) } else { server };
        for Reply { after, payload, source, destination } in service.handle(&request) {
            let (from, to) = (source.unwrap_or(own), destination.unwrap_or(device));
            self.replies.push(now + after, PlannedReply { service: kind, from, to, payload });
        }
    }

    /// The segment's own services answer at the gateway's address and to broadcasts.
    fn service(&self, server: SocketAddrV4, directory: &Directory) -> Option<SharedService> {
        let local = server.ip().is_broadcast() || *server.ip() == self.address;
        let own = self.services.iter().find(|(port, _)| local && *port == server.port());
        own.map(|(_, service)| service.clone()).or_else(|| directory.udp_service(server))
    }

    /// Puts answers whose time has come into the outbox.
    pub(super) fn send_due_replies(&mut self, now: Time, world: &World) {
        while let Some(PlannedReply { service, from, to, payload }) = self.replies.pop_due(now) {
            let mac = if to.ip().is_broadcast() { Mac::BROADCAST } else { self.device_mac };
            self.stack.nic.outbox.push(udp_frame((self.mac, from), (mac, to), &payload));
            world.recorder.record(NetworkEvent::Datagram {
                service,
                direction: Direction::ToDevice,
                device: to,
                server: from,
                bytes: payload.into(),
            });
        }
    }

    pub(super) fn next_reply_at(&self) -> Option<Time> {
        self.replies.next_at()
    }
}

/// True for a frame that comes from an address whose packets are lost.
pub(super) fn is_blackholed(directory: &Directory, frame: &[u8]) -> bool {
    const SOURCE: usize = 26;
    frame.get(12..14) == Some(&[8, 0])
        && frame
            .get(SOURCE..SOURCE + 4)
            .and_then(|octets| <[u8; 4]>::try_from(octets).ok())
            .is_some_and(|octets| directory.is_blackholed(Ipv4Addr::from_octets(octets)))
}
