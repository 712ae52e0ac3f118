//! The whole way: a device on its segment, TCP, TLS, and a server of the simulated internet.

use std::net::SocketAddrV4;
use std::time::Duration;

use nanorig_certs::{ChainKind, Pki, RootName};
use nanorig_trace::Utc;
use nanorig_world::directory::Unanswered;
use nanorig_world::{Random, Segment, SegmentConfig, World};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use super::parties::{HOST, NOW, Server};
use crate::net::{NetworkHelper, NetworkKind};
use crate::power::Power;
use crate::profile::Profile;
use crate::runtime::{Mcu, McuConfig};
use crate::tls::{RootStore, SslStream, TlsError, TlsOptions, TlsVersions};

const SERVER: &str = "10.1.0.1:8883";

struct Bench {
    world: World,
    mcu: Mcu,
    _segment: Segment,
}

impl Bench {
    /// A device that has an address and the right time, and a server that echoes.
    async fn new(profile: &str, versions: TlsVersions) -> Self {
        let world = World::new(41, Utc::from_unix_secs(NOW)).with_capture();
        let (segment, port) = Segment::new(&world, SegmentConfig::default());
        let pki = Pki::new(NOW);
        let mut config = McuConfig::new("dut");
        config.roots = RootStore::test(&pki, &[RootName::G2]);
        let mcu = Mcu::new(&world, port, Profile::named(profile).unwrap(), config);

        let chain = pki.server(ChainKind::Good, RootName::G2, &[HOST]).unwrap();
        let server = Server::new(&Random::new(7), &pki, &chain, versions);
        let mut listener = world.directory.listen("echo", SERVER.parse().unwrap());
        tokio::spawn(async move {
            while let Some(incoming) = listener.accept().await {
                tokio::spawn(server.clone().echo(incoming.stream));
            }
        });

        Power::on(&mcu).await;
        NetworkHelper::connect(&mcu, NetworkKind::Any).await.unwrap();
        Self { world, mcu, _segment: segment }
    }

    fn remote(&self) -> SocketAddrV4 {
        SERVER.parse().unwrap()
    }

    async fn talk(&self) -> Result<(), TlsError> {
        let options = TlsOptions::default();
        let mut stream = SslStream::connect(&self.mcu, HOST, self.remote(), &options).await?;
        stream.write_all(b"hello").await.unwrap();
        stream.flush().await.unwrap();
        let mut answer = [0; 5];
        stream.read_exact(&mut answer).await.unwrap();
        assert_eq!(&answer, b"hello");
        stream.close().await;
        Ok(())
    }
}

#[tokio::test(start_paused = true)]
async fn a_board_talks_tls_over_its_segment_and_gets_its_memory_back() {
    for profile in ["esp32-wroom", "stm32f769i-disco", "stm32l4-minimal"] {
        for versions in [TlsVersions::Tls12, TlsVersions::Tls13] {
            if (profile, versions) == ("stm32l4-minimal", TlsVersions::Tls13) {
                continue;
            }
            let bench = Bench::new(profile, versions).await;
            bench.mcu.set_time(Utc::from_unix_secs(NOW), "test");
            bench.talk().await.unwrap();
            tokio::time::sleep(Duration::from_secs(300)).await;
            let before = bench.mcu.resources();
            bench.talk().await.unwrap();
            // TIME-WAIT lasts 2 MSL, 120 s.
            tokio::time::sleep(Duration::from_secs(300)).await;
            let after = bench.mcu.resources();
            assert_eq!(after.native_used, before.native_used, "{profile} {versions:?}");
            assert_eq!((after.sockets, after.tls_contexts), (before.sockets, 0));
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_board_without_time_does_not_even_connect() {
    let bench = Bench::new("esp32-wroom", TlsVersions::All).await;
    let sockets = bench.mcu.resources().sockets_peak;
    assert_eq!(bench.talk().await.unwrap_err().kind(), "clock-not-set");
    assert_eq!(bench.mcu.resources().sockets_peak, sockets, "no socket was taken");
}

#[tokio::test(start_paused = true)]
async fn failures_of_tcp_keep_their_own_words() {
    let bench = Bench::new("esp32-wroom", TlsVersions::All).await;
    bench.mcu.set_time(Utc::from_unix_secs(NOW), "test");
    bench.world.directory.close(bench.remote());
    bench.world.directory.set_unanswered(Unanswered::Refuse);
    assert_eq!(bench.talk().await.unwrap_err().kind(), "refused");
}

#[tokio::test(start_paused = true)]
async fn the_same_seed_gives_the_same_capture_with_its_keys() {
    async fn capture(versions: TlsVersions) -> Vec<u8> {
        let bench = Bench::new("esp32-wroom", versions).await;
        bench.mcu.set_time(Utc::from_unix_secs(NOW), "test");
        bench.talk().await.unwrap();
        tokio::time::sleep(Duration::from_secs(10)).await;
        bench.world.capture.as_ref().unwrap().finish()
    }
    for (versions, label) in
        [(TlsVersions::Tls12, "CLIENT_RANDOM "), (TlsVersions::Tls13, "SERVER_HANDSHAKE_TRAFFIC_SECRET ")]
    {
        let one = capture(versions).await;
        assert_eq!(one, capture(versions).await, "{versions:?}");
        let keys = one.windows(label.len()).filter(|window| *window == label.as_bytes()).count();
        assert_eq!(keys, 1, "{versions:?}");
    }
}
