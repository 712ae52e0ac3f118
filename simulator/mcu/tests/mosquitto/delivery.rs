//! Messages of every quality of service, retained messages, wills.

use nanorig_mcu::client::mqtt::{ConnectOptions, QoS, Will};
use nanorig_mcu::power::Power;

use crate::scene::{Party, broker, device, options, within};

const ALL: [QoS; 3] = [QoS::AtMostOnce, QoS::AtLeastOnce, QoS::ExactlyOnce];

/// MQTT-3.8.4-6: a message comes with the lower of the two QoS.
#[tokio::test]
async fn every_quality_of_service_works_both_ways() {
    let broker = broker(None);
    let bench = device(&broker).await;
    let sender = Party::connected(&bench, "sender").await;
    let mut receiver = Party::connected(&bench, "receiver").await;
    receiver.subscribe(&[("s/0/#", ALL[0]), ("s/1/#", ALL[1]), ("s/2/#", ALL[2])]).await;
    for (number, granted) in ALL.into_iter().enumerate() {
        for sent in ALL {
            let (topic, text) = (format!("s/{number}/{sent:?}"), format!("{sent:?} to {granted:?}"));
            sender.publish(&topic, text.as_bytes(), sent, false).await;
            let message = receiver.message().await;
            assert_eq!((message.topic.as_str(), &message.payload[..]), (topic.as_str(), text.as_bytes()));
            assert_eq!((message.qos, message.retain, message.dup), (granted.min(sent), false, false));
        }
    }
    assert_eq!(sender.client().in_flight(), 0, "{}", broker.log());
}

#[tokio::test]
async fn messages_of_all_sizes_arrive_unchanged_and_in_order() {
    let broker = broker(None);
    let bench = device(&broker).await;
    let mut party = Party::connected(&bench, "echo").await;
    party.subscribe(&[("echo", QoS::ExactlyOnce)]).await;
    for size in [0, 1, 120, 127, 128, 1_460, 4_096, 16_383, 16_384, 20_000] {
        let sent: Vec<u8> = (0..size).map(|index: usize| index.to_le_bytes()[0]).collect();
        party.publish("echo", &sent, QoS::ExactlyOnce, false).await;
        assert_eq!(party.message().await.payload, sent, "{size} bytes");
    }
    for number in 0..50 {
        party.publish("echo", format!("{number}").as_bytes(), ALL[number % 3], false).await;
    }
    let mut seen = Vec::new();
    for _ in 0..50 {
        seen.push(party.text().await.1.parse::<usize>().unwrap());
    }
    seen.sort_unstable();
    assert_eq!(seen, (0..50).collect::<Vec<_>>(), "each once, as nothing was lost");
}

#[tokio::test]
async fn retained_messages_wait_for_who_subscribes() {
    let broker = broker(None);
    let bench = device(&broker).await;
    let writer = Party::connected(&bench, "writer").await;
    writer.publish("state/door", b"open", QoS::AtLeastOnce, true).await;
    let mut reader = Party::connected(&bench, "reader").await;
    reader.subscribe(&[("state/+", QoS::AtLeastOnce)]).await;
    let kept = reader.message().await;
    assert_eq!((&kept.payload[..], kept.retain), (&b"open"[..], true));
    writer.publish("state/door", b"closed", QoS::AtLeastOnce, true).await;
    let live = reader.message().await;
    assert_eq!((&live.payload[..], live.retain), (&b"closed"[..], false), "MQTT-3.3.1-9");
    writer.publish("state/door", b"", QoS::AtLeastOnce, true).await;
    let mut late = Party::connected(&bench, "late").await;
    late.subscribe(&[("state/+", QoS::AtLeastOnce)]).await;
    writer.publish("state/end", b"nothing was kept", QoS::AtLeastOnce, false).await;
    assert_eq!(late.text().await, ("state/end".to_owned(), "nothing was kept".to_owned()));
}

fn with_will(client_id: &str) -> ConnectOptions {
    let topic = format!("will/{client_id}");
    let will = Will { topic, payload: "gone".into(), qos: QoS::AtLeastOnce, retain: false };
    ConnectOptions { will: Some(will), keep_alive_s: 2, ..options(client_id) }
}

#[tokio::test]
async fn the_will_is_sent_for_a_device_that_loses_its_power_and_not_for_one_that_leaves() {
    let broker = broker(None);
    let (bench, doomed) = tokio::join!(device(&broker), device(&broker));
    let mut heir = Party::connected(&bench, "heir").await;
    heir.subscribe(&[("will/#", QoS::AtLeastOnce)]).await;
    let leaves = Party::new(&doomed);
    leaves.connect(&with_will("leaves")).await.unwrap();
    within(leaves.client().close()).await;
    let dies = Party::new(&doomed);
    dies.connect(&with_will("dies")).await.unwrap();
    Power::off(&doomed.mcu);
    assert_eq!(heir.text().await, ("will/dies".to_owned(), "gone".to_owned()));
}
