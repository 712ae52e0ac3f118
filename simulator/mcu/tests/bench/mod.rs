//! A healthy little world around one device: DHCP, two name servers, two time servers, an echo server.

#![expect(dead_code, reason = "each test file uses its part of the bench")]

use std::net::{Ipv4Addr, SocketAddrV4};
use std::time::Duration;

use nanorig_mcu::power::{BootReason, Power};
use nanorig_mcu::{AccessPoint, Mcu, McuConfig, NetError, NetworkHelper, NetworkKind, Profile};
use nanorig_trace::event::{DeviceEvent, Direction, NetworkEvent, Service};
use nanorig_trace::{Event, Time, Utc};
use nanorig_wire::lan::{dhcp, dns, sntp};
use nanorig_world::lan::dhcp as dhcp_server;
use nanorig_world::lan::dns::DnsServer;
use nanorig_world::lan::ntp::NtpServer;
use nanorig_world::{Segment, SegmentConfig, World};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

pub(crate) const NAME_SERVERS: [Ipv4Addr; 2] =
    [Ipv4Addr::new(198, 51, 100, 53), Ipv4Addr::new(198, 51, 100, 54)];
pub(crate) const TIME_SERVERS: [Ipv4Addr; 2] =
    [Ipv4Addr::new(198, 51, 100, 123), Ipv4Addr::new(198, 51, 100, 124)];
pub(crate) const HUB: Ipv4Addr = Ipv4Addr::new(203, 0, 113, 10);
pub(crate) const NOBODY: Ipv4Addr = Ipv4Addr::new(203, 0, 113, 99);
pub(crate) const ECHO: SocketAddrV4 = SocketAddrV4::new(HUB, 7);

pub(crate) struct Bench {
    pub(crate) world: World,
    pub(crate) segment: Segment,
    pub(crate) mcu: Mcu,
    pub(crate) dns: [DnsServer; 2],
    pub(crate) ntp: [NtpServer; 2],
    pub(crate) access_point: AccessPoint,
}

pub(crate) fn start() -> Utc {
    Utc::parse("2026-03-01T12:00:00Z").unwrap()
}

impl Bench {
    pub(crate) fn new(profile: &str) -> Self {
        Self::with(1, Profile::named(profile).unwrap(), |_| {})
    }

    pub(crate) fn with(seed: u64, profile: Profile, change: impl FnOnce(&mut McuConfig)) -> Self {
        let world = World::new(seed, start());
        let dhcp = dhcp_server::Settings { dns: NAME_SERVERS.to_vec(), ..dhcp_server::Settings::default() };
        let config = SegmentConfig { dhcp: Some(dhcp), ..SegmentConfig::default() };
        let mac = config.mac;
        let (segment, port) = Segment::new(&world, config);
        let dns = [DnsServer::new(), DnsServer::new()];
        for (server, address) in dns.iter().zip(NAME_SERVERS) {
            server.set_a("pool.ntp.org", &TIME_SERVERS[..1]).unwrap();
            server.set_a("time.windows.com", &TIME_SERVERS[1..]).unwrap();
            server.set_a("hub.test", &[HUB]).unwrap();
            server.serve(&world, SocketAddrV4::new(address, 53));
        }
        let ntp = [NtpServer::new(), NtpServer::new()];
        for (server, address) in ntp.iter().zip(TIME_SERVERS) {
            server.serve(&world, SocketAddrV4::new(address, 123));
        }
        let mut config = McuConfig::new("device");
        config.mac = mac.0;
        change(&mut config);
        let access_point = config.access_point.clone();
        let mcu = Mcu::new(&world, port, profile, config);
        let bench = Self { world, segment, mcu, dns, ntp, access_point };
        bench.serve_echo();
        bench
    }

    fn serve_echo(&self) {
        let mut listener = self.world.directory.listen("echo", ECHO);
        tokio::spawn(async move {
            while let Some(mut incoming) = listener.accept().await {
                tokio::spawn(async move {
                    let mut buffer = [0; 1_024];
                    while let Ok(count @ 1..) = incoming.stream.read(&mut buffer).await {
                        if incoming.stream.write_all(&buffer[..count]).await.is_err() {
                            break;
                        }
                    }
                });
            }
        });
    }

    /// Power on, and an address.
    pub(crate) async fn up(&self) {
        Power::on(&self.mcu).await;
        NetworkHelper::connect(&self.mcu, NetworkKind::Any).await.unwrap();
    }

    /// Power on, an address, and the time.
    pub(crate) async fn up_with_time(&self) {
        self.up().await;
        self.mcu.time_ready().await;
    }

    pub(crate) async fn reboot(&self) {
        Power::reset(&self.mcu, BootReason::Reset).await;
        NetworkHelper::connect(&self.mcu, NetworkKind::Any).await.unwrap();
    }

    pub(crate) async fn sleep(&self, secs: u64) {
        self.world.clock.sleep(Duration::from_secs(secs)).await;
    }

    pub(crate) fn now(&self) -> Time {
        self.world.clock.now()
    }

    /// Every record's time and event that `pick` takes.
    pub(crate) fn events<T>(&self, mut pick: impl FnMut(&Event) -> Option<T>) -> Vec<(Time, T)> {
        let mut found = Vec::new();
        self.world.recorder.visit_from(0, |record| {
            if let Some(value) = pick(&record.event) {
                found.push((record.at, value));
            }
        });
        found
    }

    /// What the device said, by `pick`.
    pub(crate) fn said<T>(&self, mut pick: impl FnMut(&DeviceEvent) -> Option<T>) -> Vec<T> {
        let device = |event: &Event| match event {
            Event::Device(event) => pick(event),
            _ => None,
        };
        self.events(device).into_iter().map(|(_, value)| value).collect()
    }

    /// Datagrams of the device to `wanted`.
    pub(crate) fn datagrams(&self, wanted: Service) -> Vec<(Time, (SocketAddrV4, Vec<u8>))> {
        self.events(|event| match event {
            Event::Network(NetworkEvent::Datagram {
                service,
                direction: Direction::FromDevice,
                server,
                bytes,
                ..
            }) if *service == wanted => Some((*server, bytes.to_vec())),
            _ => None,
        })
    }

    pub(crate) fn dhcp_messages(&self) -> Vec<(Time, dhcp::Message)> {
        let all = self.datagrams(Service::Dhcp).into_iter();
        all.map(|(at, (_, bytes))| (at, dhcp::Message::decode(&bytes).unwrap())).collect()
    }

    pub(crate) fn dns_questions(&self, host: &str) -> Vec<(Time, Ipv4Addr)> {
        let all = self.datagrams(Service::Dns).into_iter();
        all.filter(|(_, (_, bytes))| dns::Message::decode(bytes).unwrap().questions[0].name.as_str() == host)
            .map(|(at, (server, _))| (at, *server.ip()))
            .collect()
    }

    pub(crate) fn ntp_requests(&self) -> Vec<(Time, Ipv4Addr, sntp::Packet)> {
        let all = self.datagrams(Service::Ntp).into_iter();
        all.map(|(at, (server, bytes))| (at, *server.ip(), sntp::Packet::decode(&bytes).unwrap())).collect()
    }

    pub(crate) fn rejected(&self) -> Vec<String> {
        self.said(|event| match event {
            DeviceEvent::TimeRejected { reason, .. } => Some(reason.clone()),
            _ => None,
        })
    }

    /// How far the device's clock is off.
    pub(crate) fn clock_error(&self) -> Duration {
        let error = self.mcu.device_utc().micros_since(self.world.clock.utc());
        Duration::from_micros(error.unsigned_abs())
    }
}

/// Sends `bytes` through the echo server and back.
pub(crate) async fn echo(mcu: &Mcu, bytes: &[u8]) -> Result<(), NetError> {
    let mut stream = mcu.connect_tcp(ECHO).await?;
    stream.write_all(bytes).await.map_err(|error| NetError::of(&error))?;
    let mut back = vec![0; bytes.len()];
    stream.read_exact(&mut back).await.map_err(|error| NetError::of(&error))?;
    assert_eq!(back, bytes);
    Ok(())
}
