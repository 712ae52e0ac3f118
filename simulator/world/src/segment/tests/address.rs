//! Address changes.

use std::io::ErrorKind;
use std::net::{Ipv4Addr, SocketAddrV4};
use std::time::Duration;

use proptest::prelude::*;
use tokio::io::AsyncReadExt;

use super::bench::{ADDRESS, Bench, path};
use crate::Ipv4Config;
use crate::lan::dhcp;
use crate::segment::{NotAHostAddress, TcpOptions};

#[tokio::test(start_paused = true)]
async fn connections_from_another_address_fail() {
    let mut bench = Bench::new(1, path());
    let (mut socket, _incoming) = bench.pair().await;
    bench.port.configure(Ipv4Config { address: Ipv4Addr::new(192, 168, 4, 77), ..ADDRESS }).unwrap();
    let error = socket.read(&mut [0; 8]).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::AddrNotAvailable);
    let (socket, _incoming) = bench.pair().await;
    assert_eq!(*socket.local().ip(), Ipv4Addr::new(192, 168, 4, 77));
}

#[tokio::test(start_paused = true)]
async fn the_gateway_follows_the_device_into_another_subnet() {
    let mut bench = Bench::new(1, path());
    let router = Ipv4Addr::new(10, 20, 0, 1);
    let address = Ipv4Addr::new(10, 20, 0, 5);
    let handle = bench.segment.dhcp().unwrap();
    handle.set(dhcp::Settings { address, router, ..handle.settings() });
    bench.port.configure(Ipv4Config { address, prefix: 24, gateway: Some(router) }).unwrap();
    let (_socket, incoming) = bench.pair().await;
    assert_eq!(*incoming.device.ip(), address);
    assert_eq!(bench.segment.gateway(), router);
    bench.sleep(3_600).await;
    let _listener = bench.port.tcp_listen(80, 1, crate::TcpOptions::default()).unwrap();
    bench.segment.dial(80).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn an_address_that_no_host_has_is_refused_and_changes_nothing() {
    let mut bench = Bench::new(1, path());
    for wrong in [[0, 0, 0, 0], [127, 0, 0, 1], [224, 0, 0, 1], [239, 255, 255, 255], [255, 255, 255, 255]] {
        let wrong = Ipv4Addr::from(wrong);
        let refused = Err(NotAHostAddress(wrong));
        assert_eq!(bench.port.configure(Ipv4Config { address: wrong, ..ADDRESS }), refused);
        assert_eq!(bench.port.configure(Ipv4Config { gateway: Some(wrong), ..ADDRESS }), refused);
    }
    let (socket, _incoming) = bench.pair().await;
    assert_eq!(*socket.local().ip(), ADDRESS.address);
}

/// Addresses of every kind, the special ones more often than chance has them.
fn address() -> impl Strategy<Value = Ipv4Addr> {
    prop_oneof![
        any::<[u8; 4]>(),
        (224_u8.., any::<[u8; 3]>()).prop_map(|(a, [b, c, d])| [a, b, c, d]),
        prop::sample::select(vec![[0; 4], [255; 4], [127, 0, 0, 1], [192, 168, 4, 0], [192, 168, 4, 255]]),
    ]
    .prop_map(Ipv4Addr::from)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_configuration_is_refused_or_survived(
        all in prop::collection::vec((address(), any::<u8>(), prop::option::of(address())), 1..8),
    ) {
        let runtime =
            tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
        runtime.block_on(async {
            let bench = Bench::new(1, path());
            for (address, prefix, gateway) in all {
                if let Some(router) = gateway {
                    let handle = bench.segment.dhcp().unwrap();
                    handle.set(dhcp::Settings { router, ..handle.settings() });
                }
                let _refused = bench.port.configure(Ipv4Config { address, prefix, gateway });
                let _socket = bench.port.tcp_connect(super::bench::SERVER, TcpOptions::default());
                let udp = bench.port.udp_bind(0, 1).unwrap();
                let _too = udp.send_to(b"x", SocketAddrV4::new(address, 7));
                bench.sleep(3).await;
            }
            bench.port.configure(ADDRESS).unwrap();
            let handle = bench.segment.dhcp().unwrap();
            handle.set(dhcp::Settings { router: ADDRESS.gateway.unwrap(), ..handle.settings() });
            let moves = tokio::time::timeout(Duration::from_secs(60), bench.connect().connected()).await;
            assert!(matches!(moves, Ok(Ok(()))), "the segment does not move any more: {moves:?}");
        });
    }
}
