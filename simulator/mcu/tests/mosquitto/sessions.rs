//! Connections that stay, and sessions that outlive them.

use std::time::Duration;

use nanorig_mcu::client::mqtt::{ConnectOptions, MqttError, QoS};

use crate::scene::{Party, broker, device, options, within};

#[tokio::test]
async fn an_idle_connection_is_kept_alive() {
    let broker = broker(None);
    let bench = device(&broker).await;
    let mut party = Party::new(&bench);
    party.connect(&ConnectOptions { keep_alive_s: 1, ..options("idle") }).await.unwrap();
    party.subscribe(&[("echo", QoS::AtMostOnce)]).await;
    bench.sleep(4).await;
    assert!(broker.says("Received PINGREQ from idle", Duration::ZERO), "{}", broker.log());
    assert!(!broker.log().contains("exceeded timeout"), "{}", broker.log());
    party.publish("echo", b"still here", QoS::AtMostOnce, false).await;
    assert_eq!(party.text().await.1, "still here");
}

#[tokio::test]
async fn a_session_is_resumed_with_what_was_queued() {
    let broker = broker(None);
    let bench = device(&broker).await;
    let persistent = ConnectOptions { clean_session: false, ..options("sleeper") };
    let mut sleeper = Party::new(&bench);
    assert!(!sleeper.connect(&persistent).await.unwrap(), "the first session is new");
    sleeper.subscribe(&[("orders", QoS::ExactlyOnce)]).await;
    within(sleeper.client().close()).await;

    let sender = Party::connected(&bench, "sender").await;
    for number in 0..6 {
        let qos = if number % 2 == 0 { QoS::AtLeastOnce } else { QoS::ExactlyOnce };
        sender.publish("orders", format!("order {number}").as_bytes(), qos, false).await;
    }
    assert!(sleeper.connect(&persistent).await.unwrap(), "the session is there");
    assert_eq!(sleeper.client().missing_subscriptions(true), []);
    for number in 0..6 {
        assert_eq!(sleeper.text().await.1, format!("order {number}"));
    }

    within(sleeper.client().close()).await;
    assert!(!sleeper.connect(&options("sleeper")).await.unwrap(), "a clean session ends the old one");
    within(sleeper.client().close()).await;
    assert!(!sleeper.connect(&persistent).await.unwrap());
}

#[tokio::test]
async fn a_second_client_of_the_same_name_displaces_the_first() {
    let broker = broker(None);
    let bench = device(&broker).await;
    let first = Party::connected(&bench, "twin").await;
    let second = Party::connected(&bench, "twin").await;
    within(async {
        while first.client().is_connected() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    })
    .await;
    assert!(second.client().is_connected());
}

#[tokio::test]
async fn an_unsubscribed_topic_is_silent() {
    let broker = broker(None);
    let bench = device(&broker).await;
    let mut party = Party::connected(&bench, "party").await;
    party.subscribe(&[("a", QoS::AtLeastOnce), ("b", QoS::AtLeastOnce)]).await;
    within(party.client().unsubscribe(vec!["a".into()])).await.unwrap();
    party.publish("a", b"nobody hears this", QoS::AtLeastOnce, false).await;
    party.publish("b", b"this is heard", QoS::AtLeastOnce, false).await;
    assert_eq!(party.text().await.1, "this is heard");
}

#[tokio::test]
async fn a_broker_that_ends_is_noticed() {
    let broker = broker(None);
    let bench = device(&broker).await;
    let party = Party::connected(&bench, "party").await;
    drop(broker);
    within(async {
        while party.client().is_connected() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    })
    .await;
    let error = party.connect(&options("party")).await.unwrap_err();
    assert!(matches!(error, MqttError::Transport(_)), "{error}");
    assert_eq!(error.kind(), "refused");
}
