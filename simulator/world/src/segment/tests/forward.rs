//! Connections to sockets of the host, in real time.

use std::io::ErrorKind;
use std::net::{SocketAddr, SocketAddrV4};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::bench::{Bench, SERVER};
use crate::PathSettings;
use crate::segment::forward::HostAnswer;

#[tokio::test]
async fn the_host_answers_or_refuses() {
    let bench = Bench::new(1, PathSettings::default());
    let host = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let SocketAddr::V4(at) = host.local_addr().unwrap() else { panic!("not IPv4") };
    bench.world.directory.forward(SERVER, at.into());
    let server = tokio::spawn(async move {
        let (mut stream, _) = host.accept().await.unwrap();
        let mut text = [0; 5];
        stream.read_exact(&mut text).await.unwrap();
        stream.write_all(&text).await.unwrap();
        // The listener is closed here: the host refuses from now on.
    });
    let mut socket = bench.connect();
    socket.connected().await.unwrap();
    socket.write_all(b"hello").await.unwrap();
    let mut text = Vec::new();
    socket.read_to_end(&mut text).await.unwrap();
    assert_eq!(text, b"hello");
    server.await.unwrap();
    let refused = bench.connect().connected().await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::ConnectionRefused);
}

/// Waits until the gateway has let a SYN wait for the host.
async fn waits_for_host(bench: &Bench) -> bool {
    for _ in 0..10_000 {
        if bench.port.shared.lock().gateway.hosts_waited_for() == 1 {
            return true;
        }
        tokio::task::yield_now().await;
    }
    false
}

#[tokio::test]
async fn a_host_that_answers_too_late_is_let_go() {
    let bench = Bench::new(1, PathSettings::default());
    let host = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    bench.world.directory.forward(SERVER, host.local_addr().unwrap());
    let _socket = bench.connect();
    assert!(waits_for_host(&bench).await);
    bench.world.directory.blackhole(*SERVER.ip());
    let (mut stream, _) = host.accept().await.unwrap();
    let ended = tokio::time::timeout(Duration::from_secs(10), stream.read(&mut [0; 8])).await;
    assert!(matches!(ended, Ok(Ok(0))), "the device's SYN was lost, so nobody holds this: {ended:?}");
    assert_eq!(bench.port.shared.lock().gateway.hosts_waited_for(), 0);
}

#[tokio::test]
async fn a_host_that_says_nothing_is_asked_again_by_the_next_syn() {
    let bench = Bench::new(1, PathSettings::default());
    let host = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    bench.world.directory.forward(SERVER, host.local_addr().unwrap());
    let socket = bench.connect();
    assert!(waits_for_host(&bench).await);
    let device: SocketAddrV4 = socket.local();
    bench.port.shared.host_answered(device, SERVER, HostAnswer::Silent, Vec::new());
    assert_eq!(bench.port.shared.lock().gateway.hosts_waited_for(), 0);
    drop(host.accept().await.unwrap()); // The answer of the first dial comes to nobody.
    socket.connected().await.expect("the SYN was repeated");
}
