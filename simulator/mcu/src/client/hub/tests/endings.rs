//! Messages whose connection ends, or for which there is no memory.

use std::time::Duration;

use nanorig_wire::mqtt::QoS;

use super::*;

async fn fate(delivery: TelemetryDelivery) -> Result<(), &'static str> {
    let end = tokio::time::timeout(Duration::from_secs(1), delivery).await;
    end.expect("every message has its end").map_err(|error| error.kind())
}

#[tokio::test(start_paused = true)]
async fn qos0_telemetry_is_bounded_and_what_did_not_get_out_goes_out_later() {
    let bench = Bench::with(
        |_| (),
        |options| {
            options.telemetry_qos = QoS::AtMostOnce;
            options.queue = QueueOptions { max_messages: 12, max_bytes: 64 * 1024 };
        },
    )
    .await;
    bench.client.open().await.unwrap();
    bench.bed.sleep(2).await;
    let used = bench.bed.mcu.managed().stats().used;
    bench.bed.world.directory.blackhole(IP);
    let mut deliveries = Vec::new();
    for number in 0..22_usize {
        let message = Message::new(vec![b'a' + u8::try_from(number).unwrap(); 2_048]);
        deliveries.push(bench.client.enqueue_message(message).unwrap());
        bench.bed.sleep(1).await;
    }
    let written = 22 - 10 - bench.client.queued_messages();
    assert!((1..10).contains(&written), "ten at a time are with the MQTT client: {written} written");
    bench.bed.sleep(400).await;
    assert_eq!(bench.client.queued_messages(), 12, "what comes back is bounded too");
    bench.bed.world.directory.restore(IP);
    bench.bed.sleep(300).await;
    let mut fates = Vec::new();
    for delivery in deliveries {
        fates.push(fate(delivery).await);
    }
    let mut expected = vec![Ok(()); 22];
    expected[written..10].fill(Err("dropped"));
    assert_eq!(fates, expected);
    // What was written may come late, out of TCP's buffer.
    let bodies = bench.hub.published("devices/").into_iter().map(|(_, publish)| publish.payload[0] - b'a');
    let (late, again): (Vec<_>, Vec<_>) = bodies.partition(|number| usize::from(*number) < written);
    assert!(late.len() <= written && again == Vec::from_iter(10..22), "{late:?} {again:?}");
    assert_eq!(bench.bed.mcu.managed().stats().used, used);
}

#[tokio::test(start_paused = true)]
async fn a_message_that_fits_once_but_not_twice_fails_and_the_connection_stays() {
    let bench = Bench::open().await;
    let used = bench.bed.mcu.managed().stats().used;
    let free = bench.bed.mcu.managed().stats().free();
    let hog = bench.bed.mcu.managed().alloc(free - 20_000, "hog").unwrap();
    for qos in [QoS::AtMostOnce, QoS::AtLeastOnce] {
        let message = Message { qos: Some(qos), ..Message::new(vec![7; 12_000]) };
        assert_eq!(bench.client.send_message(message).await.unwrap_err().kind(), "out-of-memory");
        let message = Message { qos: Some(qos), ..Message::new(vec![7; 8_000]) };
        bench.client.send_message(message).await.unwrap();
    }
    bench.bed.sleep(600).await;
    assert!(bench.client.is_connected());
    assert_eq!((bench.hub.opened().len(), bench.client.queued_messages()), (1, 0));
    drop(hog);
    assert_eq!(bench.bed.mcu.managed().stats().used, used);
}

#[tokio::test(start_paused = true)]
async fn a_lack_of_memory_puts_the_reading_of_the_twin_off() {
    let mut used = Vec::new();
    for nth in 1..=10 {
        let bench = Bench::new().await;
        bench.bed.mcu.managed().fail_allocation(nth);
        let _ = bench.client.open().await;
        bench.client.open_until_connected().await.unwrap();
        bench.bed.sleep(60).await;
        assert_eq!(bench.client.desired_version(), Some(1), "allocation {nth} has failed");
        used.push(bench.bed.mcu.managed().stats().used);
    }
    assert!(used.iter().all(|bytes| *bytes == used[0]), "{used:?}");
}
