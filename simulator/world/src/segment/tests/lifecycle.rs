//! How connections begin and end, and who learns what.

use std::io::ErrorKind;
use std::net::{Ipv4Addr, SocketAddrV4};
use std::sync::Arc;
use std::time::Duration;

use nanorig_trace::event::{ConnEvent, ConnId, Event, NetworkEvent};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::bench::{ADDRESS, Bench, SERVER, path};
use crate::directory::Unanswered;
use crate::segment::{ConnectError, TcpState};
use crate::{TcpOptions, fault};

fn events(bench: &Bench) -> Vec<Event> {
    let mut events = Vec::new();
    bench.world.recorder.visit_from(0, |record| events.push(record.event.clone()));
    events
}

#[tokio::test(start_paused = true)]
async fn an_accepted_connection_is_recorded_and_named() {
    let mut bench = Bench::new(1, path());
    let (socket, incoming) = bench.pair().await;
    assert_eq!((incoming.conn, incoming.server, incoming.device), (ConnId(1), SERVER, socket.local()));
    assert_eq!(*socket.local().ip(), ADDRESS.address);
    let opened = ConnEvent::Opened {
        conn: ConnId(1),
        service: "server".into(),
        device: socket.local().into(),
        server: SERVER.into(),
    };
    assert_eq!(events(&bench), [Event::Conn(opened)]);
}

#[tokio::test(start_paused = true)]
async fn the_handshake_takes_arp_and_tcp_round_trips() {
    let bench = Bench::new(1, path());
    bench.connect().connected().await.unwrap();
    let took = bench.world.clock.now().as_millis();
    assert!((80..=84).contains(&took), "{took} ms for ARP and SYN, 20 ms each way");
}

#[tokio::test(start_paused = true)]
async fn a_closed_port_of_a_known_host_refuses_and_an_unknown_host_is_silent() {
    let bench = Bench::new(1, path());
    let closed = SocketAddrV4::new(*SERVER.ip(), 9);
    let refused = bench.port.tcp_connect(closed, TcpOptions::default()).unwrap().connected().await;
    assert_eq!(refused.unwrap_err().kind(), ErrorKind::ConnectionRefused);

    let nobody = SocketAddrV4::new(Ipv4Addr::new(198, 51, 100, 7), 443);
    let options = TcpOptions { connect_timeout: Duration::from_secs(20), ..TcpOptions::default() };
    let began = bench.world.clock.now();
    let silent = bench.port.tcp_connect(nobody, options).unwrap().connected().await;
    assert_eq!(silent.unwrap_err().kind(), ErrorKind::TimedOut);
    assert_eq!(bench.world.clock.now().since(began).as_secs(), 20);

    let how: Vec<_> = events(&bench)
        .into_iter()
        .filter_map(|event| match event {
            Event::Network(NetworkEvent::Unanswered { server, how }) => Some((server, how)),
            _ => None,
        })
        .collect();
    assert_eq!(how, [(closed, "refused".into()), (nobody, "dropped".into())], "repeated SYNs count once");
}

#[tokio::test(start_paused = true)]
async fn the_directory_says_what_unknown_destinations_do() {
    let bench = Bench::new(1, path());
    let nobody = SocketAddrV4::new(Ipv4Addr::new(198, 51, 100, 7), 443);
    bench.world.directory.set_unanswered(Unanswered::Refuse);
    let refused = bench.port.tcp_connect(nobody, TcpOptions::default()).unwrap().connected().await;
    assert_eq!(refused.unwrap_err().kind(), ErrorKind::ConnectionRefused);
}

#[tokio::test(start_paused = true)]
async fn closing_a_port_refuses_new_connections_and_leaves_old_ones() {
    let mut bench = Bench::new(1, path());
    let (mut old, mut incoming) = bench.pair().await;
    bench.world.directory.close(SERVER);
    bench.world.directory.set_unanswered(Unanswered::Refuse);
    let refused = bench.connect().connected().await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::ConnectionRefused);
    assert!(bench.listener.accept().await.is_none());
    incoming.stream.write_all(b"still here").await.unwrap();
    let mut text = [0; 10];
    old.read_exact(&mut text).await.unwrap();
    assert_eq!(&text, b"still here");
}

#[tokio::test(start_paused = true)]
async fn blackholes_swallow_and_give_back() {
    let mut bench = Bench::new(1, path());
    let (mut socket, mut incoming) = bench.pair().await;
    bench.world.directory.blackhole(*SERVER.ip());
    socket.write_all(b"lost at first").await.unwrap();
    incoming.stream.write_all(b"lost too").await.unwrap();
    bench.sleep(5).await;
    let mut text = [0; 13];
    assert!(
        tokio::time::timeout(Duration::from_secs(1), incoming.stream.read_exact(&mut text)).await.is_err()
    );
    bench.world.directory.restore(*SERVER.ip());
    incoming.stream.read_exact(&mut text).await.unwrap();
    assert_eq!(&text, b"lost at first");
    let mut back = [0; 8];
    socket.read_exact(&mut back).await.unwrap();
    assert_eq!(&back, b"lost too");
}

#[tokio::test(start_paused = true)]
async fn fin_is_the_end_of_the_stream_and_rst_is_an_error() {
    let mut bench = Bench::new(1, path());
    let (mut socket, incoming) = bench.pair().await;
    drop(incoming);
    assert_eq!(socket.read(&mut [0; 8]).await.unwrap(), 0);

    let (mut socket, mut incoming) = bench.pair().await;
    incoming.stream.write_all(b"last words").await.unwrap();
    bench.sleep(1).await;
    incoming.stream.abort();
    bench.sleep(1).await;
    let mut text = [0; 10];
    socket.read_exact(&mut text).await.unwrap();
    assert_eq!(&text, b"last words", "what arrived before the RST can be read");
    assert_eq!(socket.read(&mut [0; 8]).await.unwrap_err().kind(), ErrorKind::ConnectionReset);
    assert_eq!(socket.write(b"x").await.unwrap_err().kind(), ErrorKind::ConnectionReset);

    let (socket, mut incoming) = bench.pair().await;
    socket.abort();
    assert_eq!(incoming.stream.read(&mut [0; 8]).await.unwrap_err().kind(), ErrorKind::ConnectionReset);
}

#[tokio::test(start_paused = true)]
async fn half_closed_connections_still_carry_the_other_way() {
    let mut bench = Bench::new(1, path());
    let (mut socket, mut incoming) = bench.pair().await;
    socket.write_all(b"question").await.unwrap();
    socket.shutdown().await.unwrap();
    let mut question = Vec::new();
    incoming.stream.read_to_end(&mut question).await.unwrap();
    bench.sleep(100).await;
    incoming.stream.write_all(b"answer").await.unwrap();
    drop(incoming);
    bench.sleep(60).await; // Past the TIME-WAIT that clears the stack's buffer.
    let mut answer = Vec::new();
    socket.read_to_end(&mut answer).await.unwrap();
    assert_eq!((question.as_slice(), answer.as_slice()), (&b"question"[..], &b"answer"[..]));
    assert_eq!(socket.write(b"x").await.unwrap_err().kind(), ErrorKind::BrokenPipe);
}

/// A guard that shows whether it was dropped.
fn guard(socket: &crate::TcpSocket) -> Arc<()> {
    let guard = Arc::new(());
    socket.hold_until_released(Box::new(guard.clone()));
    guard
}

fn is_released(guard: &Arc<()>) -> bool {
    Arc::strong_count(guard) == 1
}

#[tokio::test(start_paused = true)]
async fn the_side_that_closes_first_keeps_its_slot_for_time_wait() {
    let mut bench = Bench::new(1, path());
    let (socket, incoming) = bench.pair().await;
    let slot = guard(&socket);
    drop(socket);
    bench.sleep(1).await;
    drop(incoming);
    bench.sleep(8).await;
    assert_eq!(bench.port.tcp_states()[0], TcpState::TimeWait);
    assert!(!is_released(&slot), "TIME-WAIT holds the slot");
    bench.sleep(5).await;
    assert!(is_released(&slot));
    assert_eq!(bench.port.tcp_states(), []);

    let (socket, incoming) = bench.pair().await;
    let slot = guard(&socket);
    drop(incoming);
    bench.sleep(1).await;
    drop(socket);
    bench.sleep(1).await;
    assert!(is_released(&slot), "the side that closes last needs no TIME-WAIT");
}

#[tokio::test(start_paused = true)]
async fn a_slot_stuck_in_fin_wait_2_is_aborted_after_60_s() {
    let mut bench = Bench::new(1, path());
    let (socket, mut incoming) = bench.pair().await;
    let slot = guard(&socket);
    drop(socket);
    bench.sleep(1).await;
    incoming.stream.write_all(&[7; 20_000]).await.unwrap(); // Nobody reads: it is thrown away.
    bench.sleep(58).await;
    assert_eq!(bench.port.tcp_states()[0], TcpState::FinWait2);
    bench.sleep(2).await;
    assert!(is_released(&slot));
    // The first read is the device's FIN.
    let error = loop {
        match incoming.stream.write(b"x").await {
            Ok(_) => bench.sleep(1).await,
            Err(error) => break error,
        }
    };
    assert_eq!(error.kind(), ErrorKind::ConnectionReset);
}

#[tokio::test(start_paused = true)]
async fn unacknowledged_data_times_out_and_idle_connections_do_not() {
    let mut bench = Bench::new(1, path());
    let (mut socket, _incoming) = bench.pair().await;
    bench.sleep(86_400).await;
    assert_eq!(socket.state(), TcpState::Established, "a day of silence");
    let cut = fault::find("partition").unwrap().make(&fault::Params::default()).unwrap();
    let id = bench.segment.link().insert(cut);
    let began = bench.world.clock.now();
    socket.write_all(b"anybody?").await.unwrap();
    let error = socket.read(&mut [0; 8]).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TimedOut);
    assert_eq!(bench.world.clock.now().since(began).as_secs(), 120);
    assert!(bench.segment.link().remove(id) && !bench.segment.link().remove(id));
}

#[tokio::test(start_paused = true)]
async fn power_loss_is_silent_for_the_server_and_final_for_the_handles() {
    let mut bench = Bench::new(1, path());
    let (mut socket, mut incoming) = bench.pair().await;
    let udp = bench.port.udp_bind(0, 4).unwrap();
    let mut listener = bench.port.tcp_listen(80, 2, TcpOptions::default()).unwrap();
    let slot = guard(&socket);
    let reader = tokio::spawn(async move { socket.read(&mut [0; 8]).await.map_err(|e| e.kind()) });
    bench.sleep(1).await;
    bench.port.reset();
    assert!(is_released(&slot));
    assert_eq!(reader.await.unwrap(), Err(ErrorKind::ConnectionAborted));
    assert_eq!(udp.recv_from().await.unwrap_err().kind(), ErrorKind::ConnectionAborted);
    assert_eq!(listener.accept().await.unwrap_err().kind(), ErrorKind::ConnectionAborted);
    assert!(!bench.port.link_is_up() && bench.port.configuration().is_none());
    let silence = tokio::time::timeout(Duration::from_secs(60), incoming.stream.read(&mut [0; 8])).await;
    assert!(silence.is_err(), "the server learns nothing");

    bench.port.set_link(true);
    bench.port.configure(ADDRESS).unwrap();
    let (_socket, _incoming) = bench.pair().await;
    incoming.stream.write_all(b"are you there?").await.unwrap();
    let error = incoming.stream.read(&mut [0; 8]).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ConnectionReset, "the new life knows nothing of the old one");
}

#[tokio::test(start_paused = true)]
async fn connections_cannot_start_without_link_address_or_route() {
    let bench = Bench::new(1, path());
    let connect = || bench.port.tcp_connect(SERVER, TcpOptions::default()).map(drop);
    bench.port.set_link(false);
    assert_eq!(connect(), Err(ConnectError::LinkDown));
    bench.port.set_link(true);
    bench.port.deconfigure();
    assert_eq!(connect(), Err(ConnectError::NoAddress));
    bench.port.configure(crate::Ipv4Config { gateway: None, ..ADDRESS }).unwrap();
    assert_eq!(connect(), Err(ConnectError::NoRoute(*SERVER.ip())));
    bench.port.configure(ADDRESS).unwrap();
    let options = TcpOptions { local_port: Some(50_000), ..TcpOptions::default() };
    let _first = bench.port.tcp_connect(SERVER, options.clone()).unwrap();
    assert_eq!(bench.port.tcp_connect(SERVER, options).map(drop), Err(ConnectError::PortInUse(50_000)));
}

#[tokio::test(start_paused = true)]
async fn a_lan_client_reaches_a_server_on_the_device() {
    let bench = Bench::new(1, path());
    let refused = bench.segment.dial(80).await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::ConnectionRefused);
    let mut listener = bench.port.tcp_listen(80, 1, TcpOptions::default()).unwrap();
    assert!(bench.port.tcp_listen(80, 1, TcpOptions::default()).is_err());
    let mut client = bench.segment.dial(80).await.unwrap();
    let mut server = listener.accept().await.unwrap();
    assert_eq!(server.remote(), client.server());
    client.write_all(b"GET /").await.unwrap();
    let mut text = [0; 5];
    server.read_exact(&mut text).await.unwrap();
    assert_eq!(&text, b"GET /");
    drop(server);
    assert_eq!(client.read(&mut text).await.unwrap(), 0);

    // One waits in the backlog, so the next SYN is lost until somebody accepts.
    let _waiting = bench.segment.dial(80).await.unwrap();
    let late = bench.segment.dial(80);
    tokio::pin!(late);
    assert!(tokio::time::timeout(Duration::from_secs(5), &mut late).await.is_err());
    let _first = listener.accept().await.unwrap();
    late.await.unwrap();
    drop(listener);
    assert_eq!(bench.segment.dial(80).await.unwrap_err().kind(), ErrorKind::ConnectionRefused);
}

#[tokio::test(start_paused = true)]
async fn a_one_way_partition_lets_the_other_way_pass() {
    let mut bench = Bench::new(1, path());
    let (mut socket, mut incoming) = bench.pair().await;
    let params = fault::Params::default().with("direction", fault::Param::Text("from-device".into()));
    let id = bench.segment.link().insert(fault::find("partition").unwrap().make(&params).unwrap());
    incoming.stream.write_all(b"down").await.unwrap();
    let mut text = [0; 4];
    socket.read_exact(&mut text).await.unwrap();
    socket.write_all(b"up..").await.unwrap();
    let up = tokio::time::timeout(Duration::from_secs(30), incoming.stream.read_exact(&mut text)).await;
    assert!(up.is_err());
    bench.segment.link().remove(id);
    incoming.stream.read_exact(&mut text).await.unwrap();
    assert_eq!(&text, b"up..");
    let changes: Vec<_> = events(&bench)
        .into_iter()
        .filter_map(|event| match event {
            Event::Network(NetworkEvent::Link { fault, on }) => Some((fault, on)),
            _ => None,
        })
        .collect();
    assert_eq!(changes, [("partition".into(), true), ("partition".into(), false)]);
}

#[tokio::test(start_paused = true)]
async fn a_second_copy_of_a_syn_makes_no_second_connection() {
    let mut bench = Bench::new(1, crate::PathSettings { duplicate: 1.0, ..path() });
    let (_socket, _incoming) = bench.pair().await;
    bench.sleep(120).await;
    let second = tokio::time::timeout(Duration::from_secs(1), bench.listener.accept()).await;
    assert!(second.is_err());
    let opened = events(&bench).into_iter().filter(|event| event.name() == "opened").count();
    assert_eq!(opened, 1);
}
