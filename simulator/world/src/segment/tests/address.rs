//! Address changes.

use std::io::ErrorKind;
use std::net::Ipv4Addr;

use tokio::io::AsyncReadExt;

use super::bench::{ADDRESS, Bench, path};
use crate::Ipv4Config;
use crate::lan::dhcp;

#[tokio::test(start_paused = true)]
async fn connections_from_another_address_fail() {
    let mut bench = Bench::new(1, path());
    let (mut socket, _incoming) = bench.pair().await;
    bench.port.configure(Some(Ipv4Config { address: Ipv4Addr::new(192, 168, 4, 77), ..ADDRESS }));
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
    bench.port.configure(Some(Ipv4Config { address, prefix: 24, gateway: Some(router) }));
    let (_socket, incoming) = bench.pair().await;
    assert_eq!(*incoming.device.ip(), address);
    assert_eq!(bench.segment.gateway(), router);
    bench.sleep(3_600).await;
    let _listener = bench.port.tcp_listen(80, 1, crate::TcpOptions::default()).unwrap();
    bench.segment.dial(80).await.unwrap();
}
