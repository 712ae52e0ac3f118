//! Datagrams.

use std::net::{Ipv4Addr, SocketAddrV4};
use std::time::Duration;

use nanorig_trace::event::{Direction, Event, NetworkEvent, Service};

use super::bench::{ADDRESS, Bench, path};
use crate::directory::{Datagram, Reply};
use crate::segment::SendError;
use crate::{UdpService, fault};

const ECHO: SocketAddrV4 = SocketAddrV4::new(Ipv4Addr::new(203, 0, 113, 20), 7);

/// Answers twice: at once as somebody else, and a second later.
struct Echo;

impl UdpService for Echo {
    fn handle(&mut self, datagram: &Datagram<'_>) -> Vec<Reply> {
        let spoof = Reply {
            source: Some(SocketAddrV4::new(Ipv4Addr::new(6, 6, 6, 6), 7)),
            ..Reply::new(b"spoofed".to_vec())
        };
        vec![Reply::new(datagram.payload.to_vec()).after(Duration::from_secs(1)), spoof]
    }
}

#[tokio::test(start_paused = true)]
async fn services_answer_late_and_under_another_name() {
    let bench = Bench::new(1, path());
    bench.world.directory.udp(ECHO, Box::new(Echo));
    let socket = bench.port.udp_bind(0, 4).unwrap();
    socket.send_to(b"hello", ECHO).unwrap();
    let (text, from) = socket.recv_from().await.unwrap();
    assert_eq!((text.as_slice(), *from.ip()), (&b"spoofed"[..], Ipv4Addr::new(6, 6, 6, 6)));
    assert_eq!(socket.recv_from().await.unwrap(), (b"hello".to_vec(), ECHO));
    assert!(bench.world.clock.now().as_millis() >= 1_040);

    let mut seen = Vec::new();
    bench.world.recorder.visit_from(0, |record| {
        if let Event::Network(NetworkEvent::Datagram { service, direction, device, server, bytes }) =
            &record.event
        {
            assert_eq!(
                (*service, *device.ip(), device.port()),
                (Service::Udp, ADDRESS.address, socket.port())
            );
            seen.push((*direction, *server, bytes.to_vec()));
        }
    });
    let spoofer = SocketAddrV4::new(Ipv4Addr::new(6, 6, 6, 6), 7);
    assert_eq!(
        seen,
        [
            (Direction::FromDevice, ECHO, b"hello".to_vec()),
            (Direction::ToDevice, spoofer, b"spoofed".to_vec()),
            (Direction::ToDevice, ECHO, b"hello".to_vec()),
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn queues_are_bounded_and_ports_are_freed() {
    let bench = Bench::new(1, path());
    bench.world.directory.udp(ECHO, Box::new(Echo));
    let socket = bench.port.udp_bind(5_000, 2).unwrap();
    assert!(bench.port.udp_bind(5_000, 2).is_err());
    for _ in 0..3 {
        socket.send_to(b"x", ECHO).unwrap();
    }
    bench.sleep(5).await;
    assert!(socket.recv_from().await.is_ok() && socket.recv_from().await.is_ok());
    let third = tokio::time::timeout(Duration::from_secs(5), socket.recv_from()).await;
    assert!(third.is_err(), "six answers, a queue of two");
    drop(socket);
    assert!(bench.port.udp_bind(5_000, 2).is_ok());
}

#[tokio::test(start_paused = true)]
async fn sending_fails_where_it_must() {
    let bench = Bench::new(1, path());
    let socket = bench.port.udp_bind(0, 1).unwrap();
    assert_eq!(socket.send_to(&[0; 1_472], ECHO), Ok(()));
    assert_eq!(socket.send_to(&[0; 1_473], ECHO), Err(SendError::TooLong { bytes: 1_473, limit: 1_472 }));
    bench.port.deconfigure();
    assert_eq!(socket.send_to(b"x", ECHO), Err(SendError::NoAddress));
    assert_eq!(socket.send_to(b"x", SocketAddrV4::new(Ipv4Addr::BROADCAST, 67)), Ok(()));
    bench.port.set_link(false);
    assert_eq!(socket.send_to(b"x", ECHO), Err(SendError::LinkDown));
    bench.port.reset();
    assert_eq!(socket.send_to(b"x", ECHO), Err(SendError::PowerLost));
}

#[tokio::test(start_paused = true)]
async fn a_firewall_takes_datagrams_too() {
    let bench = Bench::new(1, path());
    bench.world.directory.udp(ECHO, Box::new(Echo));
    let params = fault::Params::default().with("port", fault::Param::Count(7));
    bench.segment.link().insert(fault::find("firewall").unwrap().make(&params).unwrap());
    let socket = bench.port.udp_bind(0, 4).unwrap();
    socket.send_to(b"hello", ECHO).unwrap();
    assert!(tokio::time::timeout(Duration::from_secs(5), socket.recv_from()).await.is_err());
    assert_eq!(bench.segment.link().lost(), 1);
}
