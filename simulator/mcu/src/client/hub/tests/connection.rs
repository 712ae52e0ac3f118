//! Opening, closing, tokens.

use std::time::Duration;

use nanorig_wire::mqtt::{Packet, SubAckCode};
use nanorig_wire::sas::SasToken;

use super::*;

#[tokio::test(start_paused = true)]
async fn opening_subscribes_once_and_reads_the_twin() {
    let bench = Bench::open().await;
    let packets: Vec<_> = bench.hub.seen().into_iter().map(|seen| seen.packet).collect();
    let Packet::Connect(connect) = &packets[0] else { panic!("{packets:?}") };
    assert_eq!(connect.client_id, "dev1");
    let name = connect.username.as_deref().unwrap();
    assert!(
        name.starts_with("contoso.azure-devices.net/dev1/?api-version=2021-04-12&DeviceClientType="),
        "{name}"
    );
    assert_eq!((connect.keep_alive, connect.clean_session), (240, false));
    let token = SasToken::parse(std::str::from_utf8(connect.password.as_ref().unwrap()).unwrap()).unwrap();
    assert!(token.verify(&Bed::key()));
    let Packet::Subscribe(subscribe) = &packets[1] else { panic!("{packets:?}") };
    let filters: Vec<_> = subscribe.filters.iter().map(|(filter, _)| filter.as_str()).collect();
    assert_eq!(
        filters,
        [
            "devices/dev1/messages/devicebound/#",
            "$iothub/twin/res/#",
            "$iothub/twin/PATCH/properties/desired/#",
            "$iothub/methods/POST/#",
        ]
    );
    let Packet::Publish(get) = &packets[2] else { panic!("{packets:?}") };
    assert_eq!(get.topic, "$iothub/twin/GET/?$rid=1");
    assert_eq!(packets.len(), 3, "{packets:?}");
    assert_eq!(bench.client.desired_version(), Some(1));
    assert_eq!(bench.bed.statuses("hub"), ["Connected/ok"]);
}

#[tokio::test(start_paused = true)]
async fn closing_is_orderly_and_the_client_can_be_opened_again() {
    let bench = Bench::open().await;
    bench.client.close().await;
    assert_eq!(bench.hub.seen().pop().unwrap().packet, Packet::Disconnect);
    assert_eq!(bench.bed.statuses("hub"), ["Connected/ok", "Disconnected/closed-by-app"]);
    bench.bed.sleep(600).await;
    assert_eq!(bench.hub.opened().len(), 1, "nobody connects again");
    bench.client.open().await.unwrap();
    assert_eq!(bench.hub.opened().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn the_first_failure_is_told_and_the_client_goes_on() {
    let bench = Bench::new().await;
    bench.hub.set(|rules| rules.connack.extend([Some(3), None, Some(3)]));
    assert_eq!(bench.client.open().await.unwrap_err().kind(), "server-unavailable");
    bench.client.open_until_connected().await.unwrap();
    assert_eq!(bench.hub.opened().len(), 4);
    let expected =
        ["server-unavailable", "timeout", "server-unavailable"].map(|why| format!("Reconnecting/{why}"));
    assert_eq!(bench.bed.statuses("hub")[..3], expected);
}

#[tokio::test(start_paused = true)]
async fn a_client_without_the_habit_of_reconnecting_stops() {
    let bench = Bench::habits(|habits| habits.reconnect.automatic = false).await;
    bench.client.open().await.unwrap();
    bench.hub.cut();
    bench.bed.sleep(3_600).await;
    assert_eq!(bench.hub.opened().len(), 1);
    assert_eq!(bench.bed.statuses("hub"), ["Connected/ok", "Disconnected/network"]);
    bench.client.open().await.unwrap();
    assert_eq!(bench.hub.opened().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn tokens_are_renewed_before_a_fifth_of_their_life_is_left() {
    let bench = Bench::with(|_| (), |options| options.token_lifetime = Duration::from_secs(600)).await;
    bench.client.open().await.unwrap();
    let delivery = bench.client.enqueue_message(Message::new("before")).unwrap();
    delivery.await.unwrap();
    bench.bed.sleep(3_600).await;
    let connects = bench.hub.connects();
    assert_eq!(connects.len(), 8, "one each 480 s");
    let expiry = |connect: &nanorig_wire::mqtt::Connect| {
        let text = connect.password.clone().unwrap();
        SasToken::parse(std::str::from_utf8(&text).unwrap()).unwrap().expiry_secs
    };
    let opened: Vec<_> =
        bench.hub.opened().iter().map(|at| bench.bed.world.clock.utc_at(*at).unix_secs()).collect();
    for (at, pair) in opened[1..].iter().zip(connects.windows(2)) {
        let left = expiry(&pair[0]) - at;
        assert!(left >= 90, "15% of the old token were left: {left} s");
        assert_ne!(pair[0].password, pair[1].password);
    }
    let disconnects = bench.hub.seen().iter().filter(|seen| seen.packet == Packet::Disconnect).count();
    assert_eq!(disconnects, 7, "each renewal is an orderly reconnect");
    assert!(bench.bed.statuses("hub").contains(&"Reconnecting/token-renewal".to_owned()));
}

#[tokio::test(start_paused = true)]
async fn a_refused_subscription_is_told() {
    let bench = Bench::new().await;
    bench.hub.set(|rules| rules.suback = Some(SubAckCode::Failure));
    let mut events = bench.client.events();
    bench.client.open().await.unwrap();
    assert!(matches!(events.next().await, Some(HubEvent::SubscriptionRefused { .. })));
    assert_eq!(bench.bed.statuses("hub"), ["Connected/protocol"]);
}

#[tokio::test(start_paused = true)]
async fn closing_and_opening_at_once_ends_one_run_and_begins_another() {
    for connected in [true, false] {
        let bench = Bench::new().await;
        if !connected {
            bench.hub.set(|rules| rules.connack.push_back(Some(3)));
        }
        let _ = bench.client.open().await;
        let both = async { tokio::join!(bench.client.close(), bench.client.open()) };
        let both = tokio::time::timeout(Duration::from_secs(60), both).await;
        both.expect("closing ends").1.unwrap();
        assert!(bench.client.is_connected());
        assert_eq!(bench.hub.opened().len(), 2);
        assert!(bench.bed.statuses("hub").contains(&"Disconnected/closed-by-app".to_owned()));

        let last = async { tokio::join!(bench.client.close(), bench.client.open(), bench.client.close()) };
        let last = tokio::time::timeout(Duration::from_secs(60), last).await.expect("closing ends");
        assert_eq!(last.1.unwrap_err().kind(), "closed-by-app", "what was asked for last counts");
        assert!(!bench.client.is_connected());
    }
}

#[tokio::test(start_paused = true)]
async fn options_that_cannot_be_sent_are_told_and_no_connection_is_made() {
    let will = LastWill { message: Message::new(vec![0; 65_536]), retain: false };
    let bench = Bench::with(|_| (), |options| options.will = Some(will)).await;
    assert_eq!(bench.client.open().await.unwrap_err().kind(), "invalid-argument");
    bench.bed.sleep(3_600).await;
    let statuses = bench.bed.statuses("hub");
    assert!(statuses.iter().all(|status| status == "Failed/protocol"), "{statuses:?}");
    assert!((5..30).contains(&statuses.len()), "{} slow attempts", statuses.len());
    assert!(bench.hub.opened().is_empty());
}

#[tokio::test(start_paused = true)]
async fn power_loss_leaves_a_client_that_can_be_opened_again() {
    let bench = Bench::open().await;
    crate::Power::off(&bench.bed.mcu);
    bench.bed.sleep(10).await;
    assert!(!bench.client.is_connected());
    crate::Power::on(&bench.bed.mcu).await;
    crate::NetworkHelper::connect(&bench.bed.mcu, crate::NetworkKind::Any).await.unwrap();
    bench.bed.mcu.set_time(bench.bed.world.clock.utc(), "test");
    bench.client.open().await.unwrap();
    assert_eq!(bench.hub.opened().len(), 2);
}
