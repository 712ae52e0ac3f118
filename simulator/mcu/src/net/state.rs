//! What the device knows of its network at one moment.

use std::net::Ipv4Addr;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::Duration;

use nanorig_trace::watch;
use nanorig_world::Stream;
use tokio::sync::Notify;

use super::dns::Cache;
use super::error::NetError;
use crate::runtime::Mcu;

/// An IPv4 address in use, with what came with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    /// The device's address.
    pub ip: Ipv4Addr,
    /// Prefix length of its subnet.
    pub prefix: u8,
    /// Default gateway.
    pub gateway: Option<Ipv4Addr>,
    /// DNS servers, in order of preference.
    pub dns: Vec<Ipv4Addr>,
    /// Lease time; none: for ever.
    pub lease: Option<Duration>,
}

/// Link and address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Status {
    /// True when frames can flow.
    pub(crate) link_up: bool,
    /// The last reason for the link's state, such as `wrong-passphrase`.
    pub(crate) detail: &'static str,
    /// The attempt to bring the link up that `detail` comes from, counted from 1; 0: from none.
    pub(crate) attempt: u32,
    /// The address in use.
    pub(crate) address: Option<Address>,
}

impl Default for Status {
    fn default() -> Self {
        Self { link_up: false, detail: "not-started", attempt: 0, address: None }
    }
}

/// The network state of one device.
pub(crate) struct NetState {
    status: watch::Sender<Status>,
    /// How often the clock was set since boot.
    time_set: watch::Sender<u32>,
    /// Counts up through the ephemeral ports, as lwIP does; starts at random.
    next_port: AtomicU32,
    /// Attempts to bring the link up so far.
    attempts: AtomicU32,
    rng: Stream,
    started: AtomicBool,
    sntp_started: AtomicBool,
    /// Asks the time client for a round at once.
    pub(crate) sntp_hurry: Notify,
    pub(crate) names: Mutex<Cache>,
}

/// First port of the range that lwIP takes local ports from.
const FIRST_EPHEMERAL: u16 = 49_152;
/// Ports in that range.
const EPHEMERAL: u32 = 16_384;

fn ephemeral(step: u32) -> u16 {
    FIRST_EPHEMERAL + u16::try_from(step % EPHEMERAL).expect("the range has 16384 ports")
}

impl NetState {
    pub(crate) fn new(rng: &Stream) -> Self {
        Self {
            status: watch::channel(Status::default()).0,
            time_set: watch::channel(0).0,
            next_port: AtomicU32::new(rng.below(u64::from(EPHEMERAL)) as u32),
            attempts: AtomicU32::new(0),
            rng: rng.clone(),
            started: AtomicBool::new(false),
            sntp_started: AtomicBool::new(false),
            sntp_hurry: Notify::new(),
            names: Mutex::default(),
        }
    }

    /// The next local port for a connection.
    pub(crate) fn connection_port(&self) -> u16 {
        ephemeral(self.next_port.fetch_add(1, Ordering::Relaxed))
    }

    /// A local port for datagrams that nobody can foresee, which half of the defence against forged answers
    /// rests on (RFC 5452 9.2).
    pub(crate) fn datagram_port(&self) -> u16 {
        ephemeral(self.rng.u32())
    }

    /// An attempt to bring the link up begins.
    pub(crate) fn begin_attempt(&self) {
        self.attempts.fetch_add(1, Ordering::Relaxed);
    }

    /// The attempt to bring the link up that began last, counted from 1; 0: none.
    pub(crate) fn attempt(&self) -> u32 {
        self.attempts.load(Ordering::Relaxed)
    }

    /// True for the first caller since boot.
    pub(crate) fn start(&self) -> bool {
        !self.started.swap(true, Ordering::Relaxed)
    }

    /// True for the first caller since boot.
    pub(crate) fn start_sntp(&self) -> bool {
        !self.sntp_started.swap(true, Ordering::Relaxed)
    }

    pub(crate) fn status(&self) -> Status {
        self.status.borrow().clone()
    }

    pub(crate) fn watch(&self) -> watch::Receiver<Status> {
        self.status.subscribe()
    }

    pub(crate) fn update(&self, change: impl FnOnce(&mut Status)) {
        self.status.send_modify(change);
    }

    pub(crate) fn time_was_set(&self) {
        self.time_set.send_modify(|times| *times += 1);
    }

    pub(crate) fn watch_time(&self) -> watch::Receiver<u32> {
        self.time_set.subscribe()
    }

    /// Forgets everything, as a boot does.
    pub(crate) fn reset(&self) {
        self.started.store(false, Ordering::Relaxed);
        self.sntp_started.store(false, Ordering::Relaxed);
        self.update(|status| *status = Status::default());
        self.time_set.send_replace(0);
        *self.names.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = Cache::default();
    }
}

impl Mcu {
    /// The address in use.
    #[must_use]
    pub fn address(&self) -> Option<Address> {
        self.inner.net.status().address
    }

    /// True when frames can flow.
    #[must_use]
    pub fn is_link_up(&self) -> bool {
        self.inner.net.status().link_up
    }

    /// Waits until the device has an address.
    pub async fn address_ready(&self) -> Address {
        let mut status = self.inner.net.watch();
        loop {
            if let Some(address) = status.borrow_and_update().address.clone() {
                return address;
            }
            if status.changed().await.is_err() {
                std::future::pending::<()>().await;
            }
        }
    }

    /// Waits until the device has no address any more, and says why as the network would.
    pub async fn address_gone(&self) -> NetError {
        let mut status = self.inner.net.watch();
        loop {
            {
                let status = status.borrow_and_update();
                if !status.link_up {
                    return NetError::LinkDown { detail: status.detail.into() };
                }
                if status.address.is_none() {
                    return NetError::NoAddress;
                }
            }
            if status.changed().await.is_err() {
                std::future::pending::<()>().await;
            }
        }
    }

    /// Waits until the device takes its clock for set.
    pub async fn time_ready(&self) {
        let mut set = self.inner.net.watch_time();
        while !self.is_time_valid() {
            if set.changed().await.is_err() {
                std::future::pending::<()>().await;
            }
        }
    }
}
