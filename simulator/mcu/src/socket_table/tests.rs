use std::time::Duration;

use nanorig_trace::{Event, Utc};

use super::*;

fn table(profile: &str) -> (SocketTable, Heap, Clock, Recorder) {
    let clock = Clock::new(Utc::UNIX_EPOCH);
    let recorder = Recorder::new(clock);
    let profile = Profile::named(profile).unwrap();
    (SocketTable::new(&profile, recorder.clone(), clock), Heap::new(8 * 1_024), clock, recorder)
}

#[tokio::test(start_paused = true)]
async fn the_socket_after_the_last_is_refused_and_recorded() {
    let (table, _, _, recorder) = table("stm32f769i-disco");
    let sockets: Vec<_> = (0..4).map(|_| table.socket("tcp").expect("4 are there")).collect();
    assert_eq!(table.socket("tcp").map(drop), Err(NetError::NoSocket { limit: 4 }));
    assert!(matches!(
        &recorder.take()[0].event,
        Event::Device(DeviceEvent::BudgetExceeded { budget, wanted: 1, left: 0, .. }) if budget == "sockets"
    ));
    drop(sockets);
    assert!(table.socket("tcp").is_ok());
    assert_eq!((table.stats().used, table.stats().peak), (0, 4));
}

#[tokio::test(start_paused = true)]
async fn a_firmware_without_tls_has_no_context() {
    let (table, ..) = table("stm32l475");
    assert_eq!(table.tls_context().map(drop), Err(NoTlsContext { limit: 0 }));
}

#[tokio::test(start_paused = true)]
async fn the_peak_of_tls_contexts_outlives_them_until_a_reset() {
    let (table, ..) = table("esp32-wroom");
    let both = (table.tls_context().unwrap(), table.tls_context().unwrap());
    drop(both);
    drop(table.tls_context().unwrap());
    assert_eq!((table.stats().tls_used, table.stats().tls_peak), (0, 2));
    table.reset();
    assert_eq!(table.stats().tls_peak, 0);
}

#[tokio::test(start_paused = true)]
async fn control_blocks_outlive_their_sockets_until_time_wait_ends() {
    let (table, heap, clock, _) = table("esp32-wroom");
    let pcb = table.tcp_pcb(&heap, 156).unwrap();
    pcb.time_wait(clock.now() + Duration::from_secs(120));
    assert_eq!((table.stats().tcp_pcbs, table.stats().time_wait), (1, 1));
    assert_eq!(heap.stats().used, 160);
    clock.sleep(Duration::from_secs(119)).await;
    assert_eq!(table.stats().tcp_pcbs, 1);
    clock.sleep(Duration::from_secs(1)).await;
    assert_eq!((table.stats().tcp_pcbs, table.stats().time_wait), (0, 0));
    assert_eq!(heap.stats().used, 0);
}

#[tokio::test(start_paused = true)]
async fn the_oldest_in_time_wait_makes_room_but_an_open_one_does_not() {
    let (table, heap, clock, recorder) = table("esp32-wroom");
    let end = clock.now() + Duration::from_secs(120);
    let mut open: Vec<_> = (0..15).map(|_| table.tcp_pcb(&heap, 156).unwrap()).collect();
    table.tcp_pcb(&heap, 156).unwrap().time_wait(end);
    open.push(table.tcp_pcb(&heap, 156).expect("the waiting one is reused"));
    assert_eq!((table.stats().tcp_pcbs, table.stats().time_wait), (16, 0));
    let error = table.tcp_pcb(&heap, 156).map(drop);
    assert_eq!(error, Err(NetError::NoControlBlock { kind: "tcp-pcbs", limit: 16 }));
    assert_eq!(recorder.take().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn what_is_left_from_before_a_reset_counts_no_more() {
    let (table, heap, clock, _) = table("esp32-wroom");
    let (socket, pcb) = (table.socket("tcp").unwrap(), table.tcp_pcb(&heap, 156).unwrap());
    let late = table.tcp_pcb(&heap, 156).unwrap();
    table.reset();
    heap.reset();
    late.time_wait(clock.now() + Duration::from_secs(1));
    let fresh = table.socket("tcp").unwrap();
    drop((socket, pcb));
    assert_eq!((table.stats().used, table.stats().tcp_pcbs, heap.stats().used), (1, 0, 0));
    drop(fresh);
}
