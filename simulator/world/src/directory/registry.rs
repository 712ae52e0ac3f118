//! Who answers where.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::net::{Ipv4Addr, SocketAddr, SocketAddrV4};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use nanorig_trace::event::ConnId;
use tokio::sync::mpsc;

use super::{Incoming, Listener, UdpService};

/// What becomes of a connection to an address that nobody serves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Unanswered {
    /// RST when the address has any service, silence when it has none: as hosts and routers do.
    #[default]
    Natural,
    /// Always RST.
    Refuse,
    /// Always silence.
    Drop,
}

/// Names and services that devices can reach. Cheap to clone; clones are one directory.
#[derive(Clone, Default)]
pub struct Directory {
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    entries: Mutex<Entries>,
    /// Lets the gateway skip the lock for every frame while nothing is blackholed.
    any_blackhole: AtomicBool,
    conns: AtomicU32,
}

#[derive(Default)]
struct Entries {
    tcp: BTreeMap<SocketAddrV4, TcpEntry>,
    udp: BTreeMap<SocketAddrV4, Arc<Mutex<Box<dyn UdpService>>>>,
    blackholes: BTreeSet<Ipv4Addr>,
    unanswered: Unanswered,
}

enum TcpEntry {
    Service { service: Arc<str>, incoming: mpsc::UnboundedSender<Incoming> },
    Host(SocketAddr),
}

/// What the gateway does with a new connection.
#[derive(Clone)]
pub(crate) enum Destination {
    Service { service: Arc<str>, incoming: mpsc::UnboundedSender<Incoming> },
    Host(SocketAddr),
    Refused,
    Dropped,
}

impl Directory {
    /// An internet without any service.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Opens `at` for connections to `service`, a name such as `hub`. What was there before is replaced.
    #[must_use]
    pub fn listen(&self, service: &str, at: SocketAddrV4) -> Listener {
        let (sender, incoming) = mpsc::unbounded_channel();
        let entry = TcpEntry::Service { service: service.into(), incoming: sender };
        self.lock().tcp.insert(at, entry);
        Listener { at, incoming }
    }

    /// Leads connections to `at` to a socket of the host. Only on a runtime whose time is real:
    /// a paused clock runs away while the host's socket is waited for.
    pub fn forward(&self, at: SocketAddrV4, host: SocketAddr) {
        self.lock().tcp.insert(at, TcpEntry::Host(host));
    }

    /// Closes `at`: its listener ends and new connections are refused. Open ones go on.
    pub fn close(&self, at: SocketAddrV4) {
        self.lock().tcp.remove(&at);
    }

    /// Loses every packet to and from `ip` from now on, silently.
    pub fn blackhole(&self, ip: Ipv4Addr) {
        self.lock().blackholes.insert(ip);
        self.shared.any_blackhole.store(true, Ordering::Release);
    }

    /// Ends [`blackhole`](Self::blackhole).
    pub fn restore(&self, ip: Ipv4Addr) {
        let mut entries = self.lock();
        entries.blackholes.remove(&ip);
        self.shared.any_blackhole.store(!entries.blackholes.is_empty(), Ordering::Release);
    }

    /// Serves datagrams to `at`. What was there before is replaced.
    pub fn udp(&self, at: SocketAddrV4, service: Box<dyn UdpService>) {
        self.lock().udp.insert(at, Arc::new(Mutex::new(service)));
    }

    /// Says what becomes of connections that nobody serves.
    pub fn set_unanswered(&self, unanswered: Unanswered) {
        self.lock().unanswered = unanswered;
    }

    /// A name for one more TCP connection, for whoever accepts it.
    #[must_use]
    pub fn next_connection(&self) -> ConnId {
        ConnId(self.shared.conns.fetch_add(1, Ordering::Relaxed) + 1)
    }

    pub(crate) fn is_blackholed(&self, ip: Ipv4Addr) -> bool {
        self.shared.any_blackhole.load(Ordering::Acquire) && self.lock().blackholes.contains(&ip)
    }

    pub(crate) fn tcp_destination(&self, at: SocketAddrV4) -> Destination {
        let entries = self.lock();
        match entries.tcp.get(&at) {
            Some(TcpEntry::Service { service, incoming }) if !incoming.is_closed() => {
                Destination::Service { service: service.clone(), incoming: incoming.clone() }
            }
            Some(TcpEntry::Service { .. }) => Destination::Refused,
            Some(TcpEntry::Host(host)) => Destination::Host(*host),
            None => match entries.unanswered {
                Unanswered::Refuse => Destination::Refused,
                Unanswered::Drop => Destination::Dropped,
                Unanswered::Natural if entries.knows(*at.ip()) => Destination::Refused,
                Unanswered::Natural => Destination::Dropped,
            },
        }
    }

    pub(crate) fn udp_service(&self, at: SocketAddrV4) -> Option<Arc<Mutex<Box<dyn UdpService>>>> {
        self.lock().udp.get(&at).cloned()
    }

    /// True when some service has this address.
    pub(crate) fn knows(&self, ip: Ipv4Addr) -> bool {
        self.lock().knows(ip)
    }

    /// Entries are inserted and removed whole, so a panic elsewhere leaves them usable.
    fn lock(&self) -> MutexGuard<'_, Entries> {
        self.shared.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Entries {
    fn knows(&self, ip: Ipv4Addr) -> bool {
        let ports = SocketAddrV4::new(ip, 0)..=SocketAddrV4::new(ip, u16::MAX);
        self.tcp.range(ports.clone()).next().is_some() || self.udp.range(ports).next().is_some()
    }
}

impl fmt::Debug for Directory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let entries = self.lock();
        f.debug_struct("Directory")
            .field("tcp", &entries.tcp.keys().collect::<Vec<_>>())
            .field("udp", &entries.udp.keys().collect::<Vec<_>>())
            .field("blackholes", &entries.blackholes)
            .finish_non_exhaustive()
    }
}
