//! What the tests of this folder build on.

use std::net::{Ipv4Addr, SocketAddrV4};
use std::time::Duration;

use nanorig_trace::Utc;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::segment::TcpOptions;
use crate::{
    DevicePort, Incoming, Ipv4Config, LinkSettings, Listener, PathSettings, Segment, SegmentConfig,
    TcpSocket, World,
};

pub(super) const SERVER: SocketAddrV4 = SocketAddrV4::new(Ipv4Addr::new(203, 0, 113, 10), 8883);
pub(super) const ADDRESS: Ipv4Config = Ipv4Config {
    address: Ipv4Addr::new(192, 168, 4, 2),
    prefix: 24,
    gateway: Some(Ipv4Addr::new(192, 168, 4, 1)),
};

/// A device with an address and a server that listens.
pub(super) struct Bench {
    pub(super) world: World,
    pub(super) segment: Segment,
    pub(super) port: DevicePort,
    pub(super) listener: Listener,
}

/// 20 ms one way, 10 Mbit/s.
pub(super) fn path() -> PathSettings {
    PathSettings {
        latency: Duration::from_millis(20),
        bandwidth: Some(10_000_000),
        ..PathSettings::default()
    }
}

impl Bench {
    pub(super) fn new(seed: u64, path: PathSettings) -> Self {
        Self::in_world(World::new(seed, Utc::from_unix_secs(1_772_366_400)), path)
    }

    pub(super) fn in_world(world: World, path: PathSettings) -> Self {
        let config = SegmentConfig { link: LinkSettings::both(path), ..SegmentConfig::default() };
        let (segment, port) = Segment::new(&world, config);
        port.set_link(true);
        port.configure(ADDRESS).unwrap();
        let listener = world.directory.listen("server", SERVER);
        Self { world, segment, port, listener }
    }

    pub(super) fn connect(&self) -> TcpSocket {
        self.connect_with(TcpOptions::default())
    }

    pub(super) fn connect_with(&self, options: TcpOptions) -> TcpSocket {
        self.port.tcp_connect(SERVER, options).unwrap()
    }

    /// A connection with both its ends.
    pub(super) async fn pair(&mut self) -> (TcpSocket, Incoming) {
        let socket = self.connect();
        socket.connected().await.unwrap();
        let incoming = self.listener.accept().await.unwrap();
        (socket, incoming)
    }

    pub(super) async fn sleep(&self, secs: u64) {
        self.world.clock.sleep(Duration::from_secs(secs)).await;
    }
}

/// Bytes that show where they belong.
pub(super) fn pattern(from: usize, length: usize) -> Vec<u8> {
    (from..from + length).map(|at| (at.wrapping_mul(2_654_435_761) >> 13) as u8).collect()
}

/// Sends `bytes` of pattern and then FIN, while it reads the same from the peer up to its FIN.
pub(super) async fn exchange<S>(stream: S, bytes: usize) -> std::io::Result<()>
where
    S: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin,
{
    let (mut reader, mut writer) = tokio::io::split(stream);
    let send = async {
        for from in (0..bytes).step_by(700) {
            writer.write_all(&pattern(from, 700.min(bytes - from))).await?;
        }
        writer.shutdown().await
    };
    let receive = async {
        let mut got = Vec::new();
        reader.read_to_end(&mut got).await?;
        assert!(got == pattern(0, bytes), "{} of {bytes} bytes, or wrong ones", got.len());
        Ok(())
    };
    let (sent, received): (_, std::io::Result<()>) = tokio::join!(send, receive);
    sent.and(received)
}
