//! The MQTT client over a segment, in virtual time.

mod endings;

use std::net::{Ipv4Addr, SocketAddrV4};
use std::time::Duration;

use bytes::Bytes;
use nanorig_trace::event::DeviceEvent;
use nanorig_wire::mqtt::{Packet, PacketId, Publish};

use super::*;
use crate::client::testbed::{Bed, MiniHub};
use crate::client::{Endpoint, Security};

const BROKER: SocketAddrV4 = SocketAddrV4::new(Ipv4Addr::new(10, 1, 0, 9), 1883);

async fn bench() -> (Bed, MiniHub, MqttClient, MqttEvents) {
    bench_with(Bed::new().await)
}

fn bench_with(bed: Bed) -> (Bed, MiniHub, MqttClient, MqttEvents) {
    let broker = MiniHub::new(bed.world.clock);
    bed.serve_plain(BROKER, &broker);
    let (client, events) =
        MqttClient::new(&bed.mcu, &MqttOptions { records: true, ..MqttOptions::default() });
    (bed, broker, client, events)
}

fn endpoint() -> Endpoint {
    Endpoint { host: BROKER.ip().to_string(), port: BROKER.port(), security: Security::Plain }
}

fn options() -> ConnectOptions {
    ConnectOptions { client_id: "dev1".into(), keep_alive_s: 60, ..ConnectOptions::default() }
}

fn message(topic: &str, payload: &[u8], qos: QoS) -> Outgoing {
    Outgoing { topic: topic.into(), payload: Bytes::copy_from_slice(payload), qos, retain: false }
}

#[tokio::test(start_paused = true)]
async fn messages_go_both_ways_and_every_byte_comes_back() {
    let (bed, broker, client, mut events) = bench().await;
    let managed = bed.mcu.managed().stats().used;
    assert!(!client.connect(&endpoint(), &options()).await.unwrap());
    let codes = client.subscribe(vec![("in/#".into(), QoS::AtLeastOnce)]).await.unwrap();
    assert_eq!(codes, [SubAckCode::Granted(QoS::AtLeastOnce)]);
    for qos in [QoS::AtMostOnce, QoS::AtLeastOnce, QoS::ExactlyOnce] {
        client.publish(message("out", b"hello", qos)).unwrap().await.unwrap();
    }
    let qoses: Vec<_> = broker.published("out").iter().map(|(_, publish)| publish.qos.bits()).collect();
    assert_eq!(qoses, [0, 1, 2]);

    broker.push("in/a", "payload");
    let Some(MqttEvent::Message(received)) = events.next().await else { panic!() };
    assert_eq!((received.topic.as_str(), &received.payload[..]), ("in/a", &b"payload"[..]));
    assert!(bed.mcu.managed().stats().used > managed, "a message that is held holds its memory");
    drop(received);
    assert_eq!(bed.mcu.managed().stats().used, managed);

    client.close().await;
    assert_eq!(broker.seen().pop().unwrap().packet, Packet::Disconnect);
    assert_eq!(bed.statuses("mqtt"), ["Connected/ok", "Disconnected/closed-by-app"]);
    assert!(matches!(events.next().await, Some(MqttEvent::Disconnected { reason: CloseReason::Requested })));
}

#[tokio::test(start_paused = true)]
async fn unacknowledged_messages_survive_a_cut() {
    let (bed, broker, client, _events) = bench().await;
    broker.set(|rules| rules.puback = false);
    client.connect(&endpoint(), &options()).await.unwrap();
    let first = client.publish(message("a", b"1", QoS::AtLeastOnce)).unwrap();
    let second = client.publish(message("b", b"2", QoS::AtLeastOnce)).unwrap();
    bed.sleep(1).await;
    broker.cut();
    bed.sleep(1).await;
    assert!(!client.is_connected());
    broker.set(|rules| (rules.puback, rules.session_present) = (true, true));
    assert!(client.connect(&endpoint(), &options()).await.unwrap());
    first.await.unwrap();
    second.await.unwrap();
    let again: Vec<_> = broker.published("").into_iter().map(|(_, p)| (p.topic, p.id, p.dup)).collect();
    let row = |topic: &str, id, dup| (topic.to_owned(), PacketId::new(id), dup);
    assert_eq!(again, [row("a", 1, false), row("b", 2, false), row("a", 1, true), row("b", 2, true)]);
}

#[tokio::test(start_paused = true)]
async fn a_silent_broker_is_given_up() {
    let (bed, broker, client, mut events) = bench().await;
    broker.set(|rules| rules.connack.push_back(None));
    let before = bed.mcu.now();
    let error = client.connect(&endpoint(), &options()).await.unwrap_err();
    assert_eq!(error.kind(), "timeout");
    assert_eq!(bed.mcu.now().since(before).as_secs(), 30);

    client.connect(&endpoint(), &options()).await.unwrap();
    let before = bed.mcu.now();
    broker.set(|rules| rules.pingresp = false);
    let Some(MqttEvent::Disconnected { reason }) = events.next().await else { panic!() };
    assert_eq!(reason, CloseReason::PingRespTimeout);
    assert_eq!(bed.mcu.now().since(before).as_secs(), 75, "45 s to PINGREQ, 30 s for its answer");
}

#[tokio::test(start_paused = true)]
async fn a_refusal_is_an_error_and_the_client_can_be_used_again() {
    let (_bed, broker, client, _events) = bench().await;
    broker.set(|rules| rules.connack.extend([Some(5), Some(3)]));
    assert_eq!(client.connect(&endpoint(), &options()).await.unwrap_err().kind(), "unauthorized");
    assert_eq!(client.connect(&endpoint(), &options()).await.unwrap_err().kind(), "server-unavailable");
    client.connect(&endpoint(), &options()).await.unwrap();
    let again = client.connect(&endpoint(), &options()).await.unwrap_err();
    assert_eq!(again.kind(), "already-connected");
}

#[tokio::test(start_paused = true)]
async fn a_connect_that_nobody_waits_for_closes_its_connection() {
    let (bed, broker, client, _events) = bench().await;
    broker.set(|rules| rules.connack.push_back(None));
    let late = tokio::time::timeout(Duration::from_secs(5), client.connect(&endpoint(), &options())).await;
    assert!(late.is_err());
    bed.sleep(1).await;
    assert_eq!(broker.closed().len(), 1);
    client.connect(&endpoint(), &options()).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_message_that_does_not_fit_is_left_out_and_acknowledged() {
    let (bed, broker, client, mut events) = bench().await;
    client.connect(&endpoint(), &options()).await.unwrap();
    let used = bed.mcu.managed().stats().used;
    let big = Publish {
        dup: false,
        qos: QoS::AtLeastOnce,
        retain: false,
        topic: "in/big".into(),
        id: PacketId::new(7),
        payload: vec![0; 256 * 1024].into(),
    };
    broker.push_packet(&Packet::Publish(big));
    assert!(matches!(events.next().await, Some(MqttEvent::Oversize { .. })));
    bed.sleep(1).await;
    assert_eq!(broker.seen().pop().unwrap().packet, Packet::PubAck(PacketId::new(7).unwrap()));
    assert!(client.is_connected());
    assert_eq!(bed.mcu.managed().stats().used, used);
    let exceeded = bed.device_events(|event| match event {
        DeviceEvent::BudgetExceeded { budget, .. } => Some(budget.clone()),
        _ => None,
    });
    assert_eq!(exceeded.len(), 1);
}

#[tokio::test(start_paused = true)]
async fn without_memory_a_publish_fails_and_the_connection_stays() {
    let (bed, _broker, client, _events) = bench().await;
    client.connect(&endpoint(), &options()).await.unwrap();
    let free = bed.mcu.managed().stats().free();
    let hog = bed.mcu.managed().alloc(free - 200, "hog").unwrap();
    let error = client.publish(message("a", &[0; 500], QoS::AtLeastOnce)).unwrap_err();
    assert_eq!(error.kind(), "out-of-memory");
    drop(hog);
    client.publish(message("a", &[0; 500], QoS::AtLeastOnce)).unwrap().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn power_loss_ends_what_waits() {
    let (bed, broker, client, _events) = bench().await;
    broker.set(|rules| rules.puback = false);
    client.connect(&endpoint(), &options()).await.unwrap();
    let delivery = client.publish(message("a", b"x", QoS::AtMostOnce)).unwrap();
    let held = client.publish(message("a", b"x", QoS::AtLeastOnce)).unwrap();
    delivery.await.unwrap();
    crate::Power::off(&bed.mcu);
    bed.sleep(1).await;
    assert!(!client.is_connected());
    drop(held);
}
