//! Connections to sockets of the host, in real time.

use std::io::ErrorKind;
use std::net::SocketAddr;

use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::bench::{Bench, SERVER};
use crate::PathSettings;

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
