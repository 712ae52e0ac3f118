//! Budgets that bite, and come back to the byte.

#[cfg(test)]
mod bench;

use std::net::SocketAddrV4;
use std::time::Duration;

use bench::{Bench, ECHO, echo};
use nanorig_mcu::{NetError, Profile};
use nanorig_trace::event::DeviceEvent;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

fn exceeded(bench: &Bench) -> Vec<String> {
    bench.said(|event| match event {
        DeviceEvent::BudgetExceeded { budget, .. } => Some(budget.clone()),
        _ => None,
    })
}

#[tokio::test(start_paused = true)]
async fn the_fifth_connection_of_a_board_with_four_sockets_fails() {
    let bench = Bench::new("stm32f769i-disco");
    bench.up_with_time().await;
    let mut streams = Vec::new();
    for _ in 0..4 {
        streams.push(bench.mcu.connect_tcp(ECHO).await.expect("four sockets are there"));
    }
    let error = bench.mcu.connect_tcp(ECHO).await.expect_err("there is no fifth");
    assert_eq!(error, NetError::NoSocket { limit: 4 });
    assert_eq!(error.kind(), "no-socket");
    assert_eq!(exceeded(&bench), ["sockets"]);
    assert!(bench.mcu.udp(0).is_err(), "datagram sockets come from the same table");
    streams.pop();
    bench.mcu.connect_tcp(ECHO).await.expect("a closed one is free at once");
    assert_eq!(bench.mcu.resources().sockets_peak, 4);
}

#[tokio::test(start_paused = true)]
async fn a_connection_by_name_may_take_two_sockets() {
    let profile = Profile::named("stm32f769i-disco").unwrap();
    let bench = Bench::with(1, profile, |config| config.habits.net.tcp.second_socket_on_connect = true);
    bench.up_with_time().await;
    let mut open = Vec::new();
    for _ in 0..3 {
        open.push(bench.mcu.connect_host("hub.test", 7).await.expect("two are free"));
    }
    let error = bench.mcu.connect_host("hub.test", 7).await.expect_err("one free socket is not enough");
    assert_eq!(error.kind(), "no-socket");
}

#[tokio::test(start_paused = true)]
async fn a_heap_without_room_is_an_error_and_nothing_else() {
    let bench = Bench::new("esp32-wroom");
    bench.up_with_time().await;
    let mut stream = bench.mcu.connect_tcp(ECHO).await.unwrap();
    let heap = bench.mcu.native().clone();
    let mut hog = Vec::new();
    while heap.stats().largest >= 64 {
        hog.push(heap.alloc(heap.stats().largest.min(4_096), "hog").unwrap());
    }
    let error = bench.mcu.connect_tcp(ECHO).await.expect_err("no memory for a connection");
    assert_eq!(error.kind(), "out-of-memory");
    let error = stream.write_all(&[7; 500]).await.expect_err("no memory for a segment");
    assert_eq!(NetError::of(&error).kind(), "out-of-memory");
    assert_eq!(bench.mcu.udp(0).expect_err("no memory for a datagram socket").kind(), "out-of-memory");
    assert!(exceeded(&bench).iter().all(|budget| budget == "native-heap"));
    drop(hog);
    stream.write_all(b"fine again").await.unwrap();
    let mut back = [0; 10];
    stream.read_exact(&mut back).await.unwrap();
    assert_eq!(&back, b"fine again");
}

#[tokio::test(start_paused = true)]
async fn every_nth_allocation_may_fail_without_harm() {
    let bench = Bench::new("esp32-wroom");
    bench.up_with_time().await;
    let baseline = bench.mcu.native().stats().used;
    let mut failures = 0;
    for nth in 1..=12 {
        bench.mcu.native().fail_allocation(nth);
        failures += usize::from(echo(&bench.mcu, &[1; 3_000]).await.is_err());
    }
    assert!(failures >= 4, "connection object, control block, segment, receipt: {failures}");
    bench.mcu.native().fail_allocation(u64::MAX);
    bench.sleep(200).await;
    assert_eq!(bench.mcu.native().stats().used, baseline);
    echo(&bench.mcu, &[2; 3_000]).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_thousand_connections_leave_nothing_behind() {
    let bench = Bench::new("esp32-wroom");
    bench.up_with_time().await;
    bench.sleep(10).await;
    let baseline = (bench.mcu.native().stats().used, bench.mcu.sockets().stats());
    for round in 0..1_000 {
        echo(&bench.mcu, &[round as u8; 200]).await.unwrap();
    }
    let stats = bench.mcu.sockets().stats();
    assert!(stats.time_wait > 0 && stats.tcp_pcbs <= 16, "{stats:?}");
    bench.sleep(200).await;
    assert_eq!(bench.mcu.native().stats().used, baseline.0);
    let after = bench.mcu.sockets().stats();
    assert_eq!((after.used, after.tcp_pcbs, after.time_wait), (0, 0, 0));
    assert_eq!(baseline.1.used, 0);
}

#[tokio::test(start_paused = true)]
async fn refused_and_unanswered_connections_leave_nothing_behind() {
    let bench = Bench::new("stm32f769i-disco");
    bench.up_with_time().await;
    bench.sleep(10).await;
    let baseline = bench.mcu.native().stats().used;
    let closed = SocketAddrV4::new(bench::HUB, 9);
    let silent = SocketAddrV4::new(bench::NOBODY, 9);
    for _ in 0..20 {
        assert_eq!(bench.mcu.connect_tcp(closed).await.map(drop), Err(NetError::Refused));
    }
    let before = bench.now();
    assert_eq!(bench.mcu.connect_tcp(silent).await.map(drop), Err(NetError::Timeout));
    assert_eq!(bench.now().since(before), Duration::from_secs(10));
    bench.sleep(200).await;
    assert_eq!(bench.mcu.native().stats().used, baseline);
    assert_eq!(bench.mcu.sockets().stats().used, 0);
}

#[tokio::test(start_paused = true)]
async fn sent_data_is_on_the_heap_until_it_is_confirmed() {
    let bench = Bench::new("esp32-wroom");
    bench.up_with_time().await;
    let sink = SocketAddrV4::new(bench::HUB, 9);
    let _sink = bench.world.directory.listen("sink", sink);
    let mut stream = bench.mcu.connect_tcp(sink).await.unwrap();
    let idle = bench.mcu.native().stats().used;
    stream.write_all(&[1; 2_880]).await.unwrap();
    let busy = bench.mcu.native().stats().used - idle;
    assert_eq!(busy, (2_880 + 2 * 86_usize).next_multiple_of(32));
    bench.sleep(5).await;
    assert_eq!(bench.mcu.native().stats().used, idle, "without anybody having read");
}

#[tokio::test(start_paused = true)]
async fn received_data_is_on_the_heap_until_it_is_read() {
    let bench = Bench::new("esp32-wroom");
    bench.up_with_time().await;
    let mut stream = bench.mcu.connect_tcp(ECHO).await.unwrap();
    let idle = bench.mcu.native().stats().used;
    stream.write_all(&[1; 2_880]).await.unwrap();
    bench.sleep(5).await;
    let (window, segment) = (bench.mcu.profile().tcp.window, bench.mcu.profile().tcp.segment);
    let busy = bench.mcu.native().stats().used - idle;
    assert!((2_880 + 2 * segment..2_880 + 8 * (segment + 32)).contains(&busy), "{busy} bytes, all unread");
    stream.read_exact(&mut [0; 2_000]).await.unwrap();
    assert!(bench.mcu.native().stats().used - idle < busy, "what was read is free");
    stream.read_exact(&mut [0; 880]).await.unwrap();
    assert_eq!(bench.mcu.native().stats().used, idle);

    for _ in 0..3 {
        stream.write_all(&[2; 2_880]).await.unwrap();
        bench.sleep(5).await;
    }
    let full = bench.mcu.native().stats().used - idle;
    assert!((window..2 * window).contains(&full), "{full} bytes: a window at most, and nothing to send");
}

#[tokio::test(start_paused = true)]
async fn what_finds_no_memory_can_be_read_later() {
    let bench = Bench::new("esp32-wroom");
    bench.up_with_time().await;
    let heap = bench.mcu.native().clone();
    let mut stream = bench.mcu.connect_tcp(ECHO).await.unwrap();
    stream.write_all(&[7; 1_000]).await.unwrap();
    bench.sleep(5).await;
    stream.write_all(&[7; 500]).await.unwrap();
    let mut hog = Vec::new();
    while heap.stats().largest >= 64 {
        hog.push(heap.alloc(heap.stats().largest.min(4_096), "hog").unwrap());
    }
    bench.sleep(5).await;
    // The 500 bytes that were confirmed meanwhile make no room for 1,500 that wait.
    let mut back = [0; 1_500];
    let error = stream.read(&mut back).await.expect_err("no memory for what was received");
    assert_eq!(NetError::of(&error).kind(), "out-of-memory");
    assert_eq!(exceeded(&bench), ["native-heap"], "it is told once, by who reads");
    drop(hog);
    stream.read_exact(&mut back).await.unwrap();
    assert_eq!(back, [7; 1_500]);
}

#[tokio::test(start_paused = true)]
async fn a_server_on_the_device_takes_a_socket_for_itself_and_each_client() {
    let bench = Bench::new("stm32f769i-disco");
    bench.up_with_time().await;
    let mut listener = bench.mcu.listen_tcp(80).unwrap();
    assert_eq!(bench.mcu.sockets().stats().used, 1);
    let mut client = bench.segment.dial(80).await.unwrap();
    let mut served = listener.accept().await.unwrap();
    client.write_all(b"GET").await.unwrap();
    let mut request = [0; 3];
    served.read_exact(&mut request).await.unwrap();
    assert_eq!(&request, b"GET");
    assert_eq!(bench.mcu.sockets().stats().used, 2);
    drop((served, listener));
    assert_eq!(bench.mcu.sockets().stats().used, 0);
}
