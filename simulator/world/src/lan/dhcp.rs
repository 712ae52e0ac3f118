//! A DHCP server (RFC 2131) for the one device of a segment.
//!
//! It keeps no leases: the address is the same for every client, and it is up to the client when to stop
//! using it. Misbehaviour is switched on through the handle, while the run goes on.

use std::net::{Ipv4Addr, SocketAddrV4};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use nanorig_trace::event::Service;
pub use nanorig_wire::lan::dhcp::{CLIENT_PORT, SERVER_PORT};
use nanorig_wire::lan::dhcp::{Kind, Message, Op};

use crate::directory::{Datagram, Reply, UdpService};

/// What is leased.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// The device's address. Default 192.168.4.2.
    pub address: Ipv4Addr,
    /// Length of the network prefix, 0 to 32. Default 24.
    pub prefix: u8,
    /// Router and server identifier. Default 192.168.4.1.
    pub router: Ipv4Addr,
    /// DNS servers in order of preference. Default 192.168.4.1.
    pub dns: Vec<Ipv4Addr>,
    /// Time servers to tell the device (option 42). Default none.
    pub ntp: Vec<Ipv4Addr>,
    /// Lease time in whole seconds; [`Duration::MAX`] is for ever. Default 24 h.
    pub lease: Duration,
    /// T1 in whole seconds; none: not sent, the client takes half of the lease. Default none.
    pub t1: Option<Duration>,
    /// T2 in whole seconds; none: not sent, the client takes seven eighths of the lease. Default none.
    pub t2: Option<Duration>,
    /// Time that each answer takes. Default 0.
    pub delay: Duration,
}

impl Default for Settings {
    fn default() -> Self {
        let router = Ipv4Addr::new(192, 168, 4, 1);
        Self {
            address: Ipv4Addr::new(192, 168, 4, 2),
            prefix: 24,
            router,
            dns: vec![router],
            ntp: Vec::new(),
            lease: Duration::from_secs(86_400),
            t1: None,
            t2: None,
            delay: Duration::ZERO,
        }
    }
}

/// How the server treats its client.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Behaviour {
    /// As the standard says.
    #[default]
    Normal,
    /// Never answers.
    Silent,
    /// Offers, but refuses every REQUEST with NAK.
    Nak,
    /// Offers, but never answers a REQUEST.
    OfferOnly,
    /// Does not answer renewals, only broadcasts: discovery, rebinding.
    SilentToUnicast,
}

/// The server. Cheap to clone; clones are one server.
#[derive(Clone, Debug)]
pub struct DhcpHandle {
    server: Arc<Mutex<Server>>,
}

#[derive(Debug)]
struct Server {
    settings: Settings,
    behaviour: Behaviour,
    /// Addresses that the client declined as used by somebody else.
    declined: u32,
}

impl DhcpHandle {
    pub(crate) fn new(settings: Settings) -> Self {
        Self {
            server: Arc::new(Mutex::new(Server { settings, behaviour: Behaviour::default(), declined: 0 })),
        }
    }

    /// What is leased.
    #[must_use]
    pub fn settings(&self) -> Settings {
        self.lock().settings.clone()
    }

    /// Leases something else from now on. The renewal of another address gets a NAK; the gateway takes the
    /// router's address as soon as the device looks for it.
    pub fn set(&self, settings: Settings) {
        self.lock().settings = settings;
    }

    /// Treats the client otherwise from now on.
    pub fn set_behaviour(&self, behaviour: Behaviour) {
        self.lock().behaviour = behaviour;
    }

    /// Settings and behaviour are replaced whole, so a panic elsewhere leaves them usable.
    fn lock(&self) -> MutexGuard<'_, Server> {
        self.server.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl UdpService for DhcpHandle {
    fn handle(&mut self, datagram: &Datagram<'_>) -> Vec<Reply> {
        let mut server = self.lock();
        let Ok(request) = Message::decode(datagram.payload) else { return Vec::new() };
        let unicast = !datagram.server.ip().is_broadcast();
        let Some(reply) = server.answer(&request, unicast) else { return Vec::new() };
        let to = destination(&reply);
        vec![Reply {
            after: server.settings.delay,
            payload: reply.encode(),
            source: None,
            destination: Some(SocketAddrV4::new(to, CLIENT_PORT)),
        }]
    }

    fn service(&self) -> Service {
        Service::Dhcp
    }
}

/// RFC 2131 4.1, last paragraphs: to the client's address when it has one, broadcast when it asks for that
/// or is refused, else to the address that it is about to have.
fn destination(reply: &Message) -> Ipv4Addr {
    if reply.kind == Kind::Nak {
        Ipv4Addr::BROADCAST
    } else if !reply.ciaddr.is_unspecified() {
        reply.ciaddr
    } else if reply.broadcast {
        Ipv4Addr::BROADCAST
    } else {
        reply.yiaddr
    }
}

impl Server {
    fn answer(&mut self, request: &Message, unicast: bool) -> Option<Message> {
        if request.op != Op::BootRequest {
            return None;
        }
        match (self.behaviour, request.kind) {
            (Behaviour::Silent, _) | (Behaviour::OfferOnly, Kind::Request) => return None,
            (Behaviour::SilentToUnicast, _) if unicast => return None,
            _ => {}
        }
        match request.kind {
            Kind::Discover => Some(self.lease(request, Kind::Offer)),
            Kind::Request => self.grant(request),
            Kind::Decline => {
                self.declined += 1;
                None
            }
            Kind::Inform => {
                let mut ack = self.lease(request, Kind::Ack);
                ack.yiaddr = Ipv4Addr::UNSPECIFIED;
                ack.options.lease_time_s = None;
                ack.options.renewal_time_s = None;
                ack.options.rebinding_time_s = None;
                Some(ack)
            }
            Kind::Release | Kind::Offer | Kind::Ack | Kind::Nak => None,
        }
    }

    /// RFC 2131 4.3.2: the client's state shows in which fields of its REQUEST are filled in.
    fn grant(&self, request: &Message) -> Option<Message> {
        if request.options.server_id.is_some_and(|server| server != self.settings.router) {
            return None; // It chose another server.
        }
        let wanted = if request.ciaddr.is_unspecified() {
            request.options.requested_address? // SELECTING, INIT-REBOOT
        } else {
            request.ciaddr // RENEWING, REBINDING
        };
        if self.behaviour == Behaviour::Nak || wanted != self.address() {
            let mut nak = Message::reply(request, Kind::Nak, self.settings.router);
            nak.options.message = Some(bytes::Bytes::from_static(b"address not available"));
            return Some(nak);
        }
        Some(self.lease(request, Kind::Ack))
    }

    fn lease(&self, request: &Message, kind: Kind) -> Message {
        let settings = &self.settings;
        let mut reply = Message::reply(request, kind, settings.router);
        reply.yiaddr = self.address();
        let options = &mut reply.options;
        let mask = u32::MAX.checked_shl(32 - u32::from(settings.prefix.min(32))).unwrap_or(0);
        options.subnet_mask = Some(Ipv4Addr::from_bits(mask));
        options.routers = vec![settings.router];
        options.dns_servers.clone_from(&settings.dns);
        options.ntp_servers.clone_from(&settings.ntp);
        options.lease_time_s = Some(seconds(settings.lease));
        options.renewal_time_s = settings.t1.map(seconds);
        options.rebinding_time_s = settings.t2.map(seconds);
        reply
    }

    /// The next address after those declined.
    fn address(&self) -> Ipv4Addr {
        Ipv4Addr::from_bits(self.settings.address.to_bits().wrapping_add(self.declined))
    }
}

/// RFC 2131 3.3: all ones is for ever.
fn seconds(time: Duration) -> u32 {
    u32::try_from(time.as_secs()).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests;
