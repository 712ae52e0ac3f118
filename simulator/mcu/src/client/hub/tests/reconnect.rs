//! Coming back.

use std::time::Duration;

use nanorig_trace::Time;
use nanorig_wire::mqtt::QoS;
use serde_json::json;

use super::*;
use crate::client::dps::{AssignmentStore, ProvisioningDeviceClient, ProvisioningOptions};

fn gaps(times: &[Time]) -> Vec<f64> {
    times.windows(2).map(|pair| pair[1].since(pair[0]).as_secs_f64()).collect()
}

#[tokio::test(start_paused = true)]
async fn everything_is_restored_after_each_cut() {
    let bench = Bench::open().await;
    for round in 2..12 {
        bench.bed.sleep(70).await;
        bench.hub.cut();
        bench.bed.sleep(5).await;
        let seen: Vec<_> = bench.hub.seen().into_iter().filter(|seen| seen.conn == round).collect();
        let kinds: Vec<_> = seen.iter().map(|seen| seen.packet.packet_type().name()).collect();
        assert_eq!(kinds, ["CONNECT", "SUBSCRIBE", "PUBLISH"], "round {round}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_stored_session_is_not_subscribed_again() {
    let bench = Bench::open().await;
    bench.hub.set(|rules| rules.session_present = true);
    bench.hub.cut();
    bench.bed.sleep(10).await;
    let seen: Vec<_> = bench.hub.seen().into_iter().filter(|seen| seen.conn == 2).collect();
    let kinds: Vec<_> = seen.iter().map(|seen| seen.packet.packet_type().name()).collect();
    assert_eq!(kinds, ["CONNECT", "PUBLISH"], "the twin is read all the same");
}

#[tokio::test(start_paused = true)]
async fn delays_grow_while_connack_is_withheld() {
    let bench = Bench::new().await;
    bench.hub.set(|rules| rules.connack.extend([Some(3); 12]));
    let _ = bench.client.open().await;
    bench.bed.sleep(1_500).await;
    let gaps = gaps(&bench.hub.opened());
    assert_eq!(gaps.len(), 12, "{gaps:?}");
    assert!(gaps.iter().all(|gap| *gap >= 1.0 && *gap < 110.0), "{gaps:?}");
    let (early, late): (f64, f64) = (gaps[..4].iter().sum(), gaps[8..].iter().sum());
    assert!(late > 3.0 * early, "{gaps:?}");
}

#[tokio::test(start_paused = true)]
async fn short_connections_do_not_start_the_delays_afresh_and_nobody_fights() {
    let bench = Bench::new().await;
    bench.hub.set(|rules| rules.cut_after = Some(Duration::from_secs(2)));
    let _ = bench.client.open().await;
    bench.bed.sleep(600).await;
    let opened = bench.hub.opened();
    for start in &opened {
        let end = *start + Duration::from_secs(60);
        let count = opened.iter().filter(|at| **at >= *start && **at < end).count();
        assert!(count < 5, "{opened:?}");
    }
    let gaps = gaps(&opened);
    assert!(gaps.windows(2).take(3).all(|pair| pair[1] > pair[0]), "{gaps:?}");
}

#[tokio::test(start_paused = true)]
async fn a_wrong_key_leads_to_slow_retries() {
    let bench = Bench::new().await;
    bench.hub.set(|rules| rules.connack.extend([Some(5); 100]));
    assert_eq!(bench.client.open().await.unwrap_err().kind(), "unauthorized");
    bench.bed.sleep(3_600).await;
    let count = bench.hub.opened().len();
    assert!((5..20).contains(&count), "{count} attempts in an hour");
    let statuses = bench.bed.statuses("hub");
    assert_eq!(statuses[0], "Reconnecting/unauthorized");
    assert!(statuses[1..].iter().all(|status| status == "Failed/unauthorized"), "{statuses:?}");
}

#[tokio::test(start_paused = true)]
async fn the_secondary_key_is_tried() {
    let secondary = nanorig_wire::sas::SharedKey::from_bytes(vec![7; 32]).unwrap();
    let key = secondary.clone();
    let bench = Bench::with(
        |_| (),
        |options| {
            options.credentials = Credentials::Key { primary: Bed::key(), secondary: Some(key) };
        },
    )
    .await;
    bench.hub.set(|rules| rules.connack.push_back(Some(5)));
    let _ = bench.client.open().await;
    bench.client.open_until_connected().await.unwrap();
    let connects = bench.hub.connects();
    let token = |n: usize| {
        let text = connects[n].password.clone().unwrap();
        nanorig_wire::sas::SasToken::parse(std::str::from_utf8(&text).unwrap()).unwrap()
    };
    assert!(token(0).verify(&Bed::key()) && token(1).verify(&secondary));
}

#[tokio::test(start_paused = true)]
async fn a_device_that_was_moved_finds_its_new_hub() {
    let bench = Bench::new().await;
    let dps = MiniHub::new(bench.bed.world.clock);
    bench.bed.serve("dps.test", "10.1.0.7".parse().unwrap(), &dps);
    let other = MiniHub::new(bench.bed.world.clock);
    bench.bed.serve("fabrikam.azure-devices.net", "10.1.0.2".parse().unwrap(), &other);
    let assign = |hub: &str, device: &str| {
        let state = json!({ "assignedHub": hub, "deviceId": device, "status": "assigned" });
        let body = json!({ "operationId": "o", "status": "assigned", "registrationState": state });
        dps.set(|rules| rules.dps.push_back(("200/?$rid={rid}".into(), body.to_string())));
    };
    let store = AssignmentStore::default();
    let mut options = ProvisioningOptions::new("0ne", "reg1", Credentials::GroupKey(Bed::key()));
    options.host = "dps.test".into();
    options.store = store.clone();
    let provisioning = ProvisioningDeviceClient::new(&bench.bed.mcu, options);
    let client = DeviceClient::new(&bench.bed.mcu, DeviceClientOptions::provisioned(provisioning));
    assign(HOST, "dev1");
    client.open().await.unwrap();
    bench.bed.sleep(2).await;
    assert_eq!(bench.hub.connects()[0].client_id, "dev1");

    other.set(|rules| rules.desired = json!({ "$version": 1, "moved": true }));
    bench.hub.set(|rules| {
        rules.puback = false;
        rules.connack.extend([Some(5); 50]);
    });
    assign("fabrikam.azure-devices.net", "dev-b");
    let delivery = client.enqueue_message(Message::new("unconfirmed")).unwrap();
    bench.bed.sleep(1).await;
    bench.hub.cut();
    delivery.await.unwrap();
    assert_eq!(bench.hub.opened().len(), 3, "the old hub is asked twice more");
    assert_eq!(other.connects()[0].client_id, "dev-b");
    assert_eq!(other.published("devices/dev-b/messages/events/").len(), 1);
    assert_eq!(other.published("$iothub/twin/GET").len(), 1);
    assert_eq!(store.load().unwrap().hub, "fabrikam.azure-devices.net");
    assert_eq!(client.assigned().unwrap().0, "fabrikam.azure-devices.net");
}

#[tokio::test(start_paused = true)]
async fn a_silent_partition_is_noticed_and_survived() {
    let bench = Bench::open().await;
    bench.bed.world.directory.blackhole(IP);
    let from = bench.bed.mcu.now();
    bench.bed.sleep(360).await;
    let statuses = bench.bed.statuses("hub");
    assert_eq!(statuses[..2], ["Connected/ok", "Disconnected/timeout"], "{statuses:?}");
    bench.bed.world.directory.restore(IP);
    bench.bed.sleep(120).await;
    assert!(bench.client.is_connected());
    assert!(bench.bed.mcu.now() > from);
}

#[tokio::test(start_paused = true)]
async fn a_service_that_moves_is_found_by_its_name() {
    let bench = Bench::open().await;
    bench.bed.world.directory.blackhole(IP);
    bench.bed.serve(HOST, "10.1.0.3".parse().unwrap(), &bench.hub);
    bench.bed.sleep(600).await;
    assert!(bench.client.is_connected());
}

#[tokio::test(start_paused = true)]
async fn clock_steps_do_not_disturb_a_connection() {
    let bench = Bench::open().await;
    let day = 86_400_000_000;
    for step in [day, -day, 3_650 * day] {
        bench.bed.mcu.set_time(bench.bed.world.clock.utc().offset_micros(step), "test");
        bench.bed.sleep(600).await;
    }
    assert_eq!(bench.hub.opened().len(), 1);
}

/// What ends a connection.
#[derive(Clone, Copy, PartialEq)]
enum Ending {
    Cut,
    Closing,
    Reset,
    Nonsense,
    Silence,
}

impl Bench {
    /// Ends the connection, waits until that was noticed and mends what was broken.
    async fn end(&self, ending: Ending) {
        match ending {
            Ending::Cut => self.hub.cut(),
            Ending::Closing => self.client.close().await,
            Ending::Nonsense => self.hub.push_bytes(vec![0, 0]),
            Ending::Reset => {
                let reset = self.bed.fault("inject-reset");
                self.hub.push("$iothub/nothing", "x");
                self.bed.sleep(1).await;
                self.bed.segment.link().remove(reset);
            }
            Ending::Silence => {
                self.bed.world.directory.blackhole(IP);
                self.bed.sleep(80).await;
                self.bed.world.directory.restore(IP);
            }
        }
        self.bed.sleep(1).await;
    }

    /// What is on both heaps, without what the TLS library keeps from its first use on.
    fn holdings(&self) -> Vec<(&'static str, crate::heap::Holding)> {
        let heaps = [self.bed.mcu.managed(), self.bed.mcu.native()];
        let all = heaps.into_iter().flat_map(crate::heap::Heap::holdings);
        all.filter(|(what, holding)| *what != "tls-startup" && holding.blocks > 0).collect()
    }
}

#[tokio::test(start_paused = true)]
async fn a_thousand_reconnects_leak_no_byte_and_no_socket() {
    let bench = Bench::with(
        // Otherwise the test waits for days of back-off, which are cheap but say nothing.
        |config| config.habits.cloud.reconnect.stable_after = Duration::ZERO,
        |options| options.keep_alive = Duration::from_secs(60),
    )
    .await;
    let before = bench.holdings();
    bench.client.open().await.unwrap();
    let endings = [Ending::Cut, Ending::Closing, Ending::Reset, Ending::Nonsense, Ending::Silence];
    let mut deliveries = Vec::new();
    for (round, ending) in endings.into_iter().cycle().take(1_000).enumerate() {
        if round % 3 == 0 {
            bench.client.send_message(Message::new("x")).await.unwrap();
        }
        // Too much for the send buffers, so that some of it waits wherever messages can wait.
        for qos in [QoS::AtMostOnce, QoS::AtLeastOnce] {
            let message = Message { qos: Some(qos), ..Message::new(vec![7; 6_000]) };
            deliveries.push(bench.client.enqueue_message(message).unwrap());
        }
        bench.end(ending).await;
        bench.client.open_until_connected().await.unwrap();
        bench.bed.sleep(5).await;
    }
    for delivery in deliveries {
        delivery.await.unwrap();
    }
    bench.client.close().await;
    // Control blocks stay for 2 MSL after an orderly end.
    bench.bed.sleep(600).await;
    let end = bench.bed.mcu.resources();
    assert_eq!((end.sockets, end.tls_contexts), (0, 0));
    assert_eq!(bench.holdings(), before);
    assert_eq!(bench.hub.connects().len(), 1_001);
}
