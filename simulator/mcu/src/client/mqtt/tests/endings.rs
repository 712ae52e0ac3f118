//! Whatever ends a connection, every message has its end and every byte comes back.

use super::*;
use crate::Power;

/// What ends a connection while messages wait to be written.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Ending {
    Silence,
    Reset,
    Cut,
    Nonsense,
    NoMemory,
    Leave,
    PowerLoss,
}

impl Ending {
    const ALL: [Self; 7] =
        [Self::Silence, Self::Reset, Self::Cut, Self::Nonsense, Self::NoMemory, Self::Leave, Self::PowerLoss];

    fn happens(self, bed: &Bed, broker: &MiniHub, client: &MqttClient) {
        match self {
            Self::Silence => bed.world.directory.blackhole(*BROKER.ip()),
            Self::Reset => drop(bed.fault("inject-reset")),
            Self::Cut => broker.cut(),
            Self::Nonsense => broker.push_bytes(vec![0, 0]),
            Self::NoMemory => {
                client.shared.core().session.close(CloseReason::OutOfMemory);
                client.shared.settle();
                client.shared.wake.notify_one();
            }
            Self::Leave => client.close_soon(),
            Self::PowerLoss => Power::off(&bed.mcu),
        }
    }
}

#[tokio::test(start_paused = true)]
async fn qos0_messages_that_did_not_get_out_are_told_and_leave_no_byte() {
    for ending in Ending::ALL {
        let (bed, broker, client, _events) = bench().await;
        let before = bed.mcu.managed().stats().used;
        client.connect(&endpoint(), &options()).await.unwrap();
        bed.throttle(Some(8_000));
        let publish = |_| client.publish(message("out", &[7; 4_096], QoS::AtMostOnce)).unwrap();
        let deliveries: Vec<_> = (0..12).map(publish).collect();
        bed.sleep(2).await;
        ending.happens(&bed, &broker, &client);
        bed.sleep(300).await;
        assert!(!client.is_connected(), "{ending:?}");
        let mut failed = 0;
        for delivery in deliveries {
            let end = tokio::time::timeout(Duration::from_secs(1), delivery).await;
            let end = end.unwrap_or_else(|_| panic!("{ending:?}: a message has no end"));
            failed += usize::from(end.is_err_and(|error| error.kind() == "not-connected"));
        }
        assert!(failed >= 8, "{ending:?}: {failed}");
        assert_eq!(bed.mcu.managed().stats().used, before, "{ending:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_dead_peer_is_noticed_although_a_write_is_stuck() {
    let (bed, broker, client, mut events) = bench().await;
    client.connect(&endpoint(), &options()).await.unwrap();
    bed.world.directory.blackhole(*BROKER.ip());
    for _ in 0..12 {
        drop(client.publish(message("out", &[7; 4_096], QoS::AtMostOnce)).unwrap());
    }
    let before = bed.mcu.now();
    let Some(MqttEvent::Disconnected { reason }) = events.next().await else { panic!() };
    assert_eq!(reason, CloseReason::PingRespTimeout);
    assert_eq!(bed.mcu.now().since(before).as_secs(), 75, "45 s to PINGREQ, 30 s for its answer");
    assert!(broker.seen().iter().all(|seen| seen.packet != Packet::PingReq), "it did not even get out");
}

#[tokio::test(start_paused = true)]
async fn a_message_whose_packet_does_not_fit_fails_alone() {
    let (bed, broker, client, _events) = bench().await;
    let before = bed.mcu.managed().stats().used;
    client.connect(&endpoint(), &options()).await.unwrap();
    let free = bed.mcu.managed().stats().free();
    let hog = bed.mcu.managed().alloc(free - 2_000, "hog").unwrap();
    for qos in [QoS::AtMostOnce, QoS::AtLeastOnce, QoS::ExactlyOnce] {
        let large = client.publish(message("large", &[7; 1_200], qos)).unwrap();
        let small = client.publish(message("small", &[7; 100], qos)).unwrap();
        assert_eq!(large.await.unwrap_err().kind(), "out-of-memory");
        small.await.unwrap();
    }
    assert!(client.is_connected() && broker.published("large").is_empty());
    drop(hog);
    client.publish(message("large", &[7; 1_200], QoS::AtLeastOnce)).unwrap().await.unwrap();
    client.close().await;
    assert_eq!(bed.mcu.managed().stats().used, before);
}
