//! Runs the time client on the device's port.

use std::net::{Ipv4Addr, SocketAddrV4};
use std::time::Duration;

use nanorig_trace::Utc;
use nanorig_trace::event::DeviceEvent;
use nanorig_wire::lan::sntp::{Packet, Timestamp};

use super::client::{Client, DeviceTime, Output};
use crate::net::{NetError, UdpSocket};
use crate::runtime::Mcu;

/// Port of time servers (RFC 5905 7.2).
const PORT: u16 = 123;
/// Low bits of a request's timestamp that are random: a quarter of a millisecond of time is given away so that
/// nobody off the path can guess what a reply must repeat.
const RANDOM_BITS: u32 = 20;
/// How long [`Sntp::synchronize`] waits.
const PATIENCE: Duration = Duration::from_secs(30);

/// Keeps the clock set, as `Sntp` of .NET nanoFramework does.
#[derive(Clone, Copy, Debug)]
pub struct Sntp;

impl Sntp {
    /// Starts the time client in the background; does nothing when it runs already. The network helper calls this.
    pub fn start(mcu: &Mcu) {
        if mcu.inner.net.start_sntp() {
            mcu.spawn(run(mcu.clone()));
        }
    }

    /// Asks for the time as soon as the servers may be asked, and waits until the clock was set.
    ///
    /// # Errors
    /// [`NetError::Timeout`] when the clock was not set within 30 s, [`NetError::Closed`] when the firmware does not run.
    pub async fn synchronize(mcu: &Mcu) -> Result<Utc, NetError> {
        if !mcu.is_running() {
            return Err(NetError::Closed);
        }
        let mut set = mcu.inner.net.watch_time();
        Self::start(mcu);
        mcu.inner.net.sntp_hurry.notify_one();
        tokio::select! {
            biased;
            changed = set.changed() => changed.map(|()| mcu.device_utc()).map_err(|_| NetError::Closed),
            error = mcu.stopped() => Err(error),
            () = mcu.clock().sleep(PATIENCE) => Err(NetError::Timeout),
        }
    }
}

/// The task's own state.
struct Task {
    mcu: Mcu,
    client: Client,
    socket: Option<UdpSocket>,
}

async fn run(mcu: Mcu) {
    mcu.address_ready().await;
    let habits = mcu.habits().net.sntp.clone();
    let first = mcu.now() + mcu.rng().up_to(habits.first_query_within);
    let client = Client::new(first, mcu.config().time_servers.len(), habits);
    let mut task = Task { mcu, client, socket: None };
    loop {
        task.step().await;
    }
}

impl Task {
    async fn step(&mut self) {
        let now = self.mcu.now();
        let outputs = self.client.poll(now, self.device_time());
        self.perform(outputs).await;
        let timer = async {
            match self.client.next_deadline() {
                Some(deadline) => self.mcu.clock().sleep_until(deadline).await,
                None => std::future::pending().await,
            }
        };
        let socket = &mut self.socket;
        let received = async {
            match socket {
                Some(socket) => socket.recv_from().await,
                None => std::future::pending().await,
            }
        };
        let received = tokio::select! {
            biased;
            received = received => received,
            () = self.mcu.inner.net.sntp_hurry.notified() => return self.client.hurry(self.mcu.now()),
            () = timer => return,
        };
        match received {
            Ok((datagram, from)) => {
                let outputs = self.client.handle(self.mcu.now(), from, &datagram, self.device_time());
                self.perform(outputs).await;
            }
            // The address is gone, and the socket with it; the next question opens another.
            Err(_) => self.socket = None,
        }
    }

    async fn perform(&mut self, outputs: Vec<Output>) {
        let mut queue = std::collections::VecDeque::from(outputs);
        while let Some(output) = queue.pop_front() {
            match output {
                Output::Ask { server } => {
                    // Boxed: a question is rare, and its resolver's state is most of what this task would keep.
                    if let Err(error) = Box::pin(self.ask(server)).await {
                        tracing::debug!(dut = self.mcu.name(), server = self.name(server), %error, "no time");
                        queue.extend(self.client.unreachable(self.mcu.now(), self.device_time()));
                    }
                }
                Output::Set { utc, server } => self.mcu.set_time(utc, self.name(server)),
                Output::Rejected { server, reason } => self.mcu.record(DeviceEvent::TimeRejected {
                    server: self.name(server).into(),
                    reason: reason.into(),
                }),
            }
        }
    }

    async fn ask(&mut self, server: usize) -> Result<(), NetError> {
        self.mcu.address_ready().await;
        let ip = self.mcu.resolve(self.name(server)).await?.first().copied().unwrap_or(Ipv4Addr::UNSPECIFIED);
        let address = SocketAddrV4::new(ip, PORT);
        let random = self.mcu.rng().u64() & ((1 << RANDOM_BITS) - 1);
        let shown = Timestamp::from_unix_micros(self.mcu.device_utc().unix_micros());
        let origin = Timestamp(shown.0 >> RANDOM_BITS << RANDOM_BITS | random);
        if self.socket.is_none() {
            self.socket = Some(self.mcu.system_udp(0, "sntp")?);
        }
        if let Some(socket) = &self.socket {
            socket.send_to(&Packet::request(origin).encode(), address)?;
        }
        self.client.sent(server, address, origin, self.mcu.now());
        Ok(())
    }

    fn name(&self, server: usize) -> &str {
        &self.mcu.config().time_servers[server]
    }

    fn device_time(&self) -> DeviceTime {
        DeviceTime { utc: self.mcu.device_utc(), valid: self.mcu.is_time_valid() }
    }
}
