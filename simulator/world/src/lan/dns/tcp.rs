//! DNS over TCP (RFC 7766): several queries on a connection, each with its length before it.

use std::net::{Ipv4Addr, SocketAddrV4};
use std::time::Duration;

use nanorig_trace::event::{CloseHow, ConnEvent, Direction, Party, Protocol};
use nanorig_wire::lan::dns::{from_tcp, to_tcp};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::server::DnsServer;
use crate::directory::Incoming;
use crate::{Clock, World};

/// A connection without a query for this long is closed (RFC 7766 6.2.3: some seconds).
const IDLE: Duration = Duration::from_secs(10);

/// Accepts connections until the port is closed.
pub(super) fn serve(server: DnsServer, world: &World, at: SocketAddrV4) {
    let mut listener = world.directory.listen("dns", at);
    let (clock, recorder) = (world.clock, world.recorder.clone());
    tokio::spawn(async move {
        while let Some(incoming) = listener.accept().await {
            let (server, recorder) = (server.clone(), recorder.clone());
            let at = *at.ip();
            tokio::spawn(async move {
                let conn = incoming.conn;
                let record = |direction, bytes: &[u8]| {
                    let bytes = bytes.to_vec().into();
                    recorder.record(ConnEvent::Packet { conn, protocol: Protocol::Dns, direction, bytes });
                };
                let (by, how) = converse((&server, at), clock, incoming, record).await;
                recorder.record(ConnEvent::Closed { conn, by, how });
            });
        }
    });
}

/// Answers queries until somebody has had enough.
async fn converse(
    (server, at): (&DnsServer, Ipv4Addr),
    clock: Clock,
    incoming: Incoming,
    record: impl Fn(Direction, &[u8]),
) -> (Party, CloseHow) {
    let mut stream = incoming.stream;
    let mut received = Vec::new();
    loop {
        while let Some((query, taken)) = from_tcp(&received) {
            received.drain(..taken);
            record(Direction::FromDevice, &query);
            let Some(answer) = server.answer(&query, at) else { continue };
            clock.sleep(answer.delay).await;
            let message = answer.message.encode();
            record(Direction::ToDevice, &message);
            if stream.write_all(&to_tcp(&message)).await.is_err() {
                return (Party::Device, CloseHow::Reset);
            }
        }
        match tokio::time::timeout(IDLE, stream.read_buf(&mut received)).await {
            Ok(Ok(0)) => return (Party::Device, CloseHow::Fin),
            Ok(Ok(_)) => {}
            Ok(Err(_)) => return (Party::Device, CloseHow::Reset),
            Err(_) => return (Party::Server, CloseHow::Timeout),
        }
    }
}
