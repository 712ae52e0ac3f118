//! Telemetry, twin, methods, cloud-to-device messages.

use std::time::Duration;

use nanorig_trace::event::DeviceEvent;
use nanorig_wire::mqtt::{Packet, PacketId, Publish, QoS};
use serde_json::{Map, Value, json};

use super::*;

fn object(value: Value) -> Map<String, Value> {
    let Value::Object(members) = value else { panic!() };
    members
}

#[tokio::test(start_paused = true)]
async fn telemetry_is_confirmed_by_its_own_puback() {
    let bench = Bench::open().await;
    let used = bench.bed.mcu.managed().stats().used;
    bench.hub.set(|rules| rules.puback = false);
    let mut message = Message::json(&json!({ "temperature": 21.5 }));
    message.properties.push(("a b".into(), "ü/".into()));
    let delivery = bench.client.enqueue_message(message).unwrap();
    bench.bed.sleep(5).await;
    let published = bench.hub.published("devices/").remove(0).1;
    assert_eq!(
        published.topic,
        "devices/dev1/messages/events/$.ct=application%2Fjson&$.ce=utf-8&a%20b=%C3%BC%2F"
    );
    assert_eq!((published.qos, published.retain), (QoS::AtLeastOnce, false));
    assert!(bench.bed.mcu.managed().stats().used > used);
    bench.hub.push_packet(&Packet::PubAck(published.id.unwrap()));
    delivery.await.unwrap();
    assert_eq!(bench.bed.mcu.managed().stats().used, used);
    let sent = bench.bed.device_events(|event| match event {
        DeviceEvent::TelemetrySent { number, confirmed } => Some((*number, *confirmed)),
        _ => None,
    });
    assert_eq!(sent[0].1, (1, true));
}

#[tokio::test(start_paused = true)]
async fn messages_of_an_outage_are_sent_in_order_and_the_oldest_are_dropped() {
    let bench = Bench::with(
        |_| (),
        |options| {
            options.queue = QueueOptions { max_messages: 5, max_bytes: 16 * 1024 };
        },
    )
    .await;
    bench.client.open().await.unwrap();
    bench.hub.set(|rules| rules.connack.extend([Some(3); 6]));
    bench.hub.cut();
    bench.bed.sleep(1).await;
    let mut deliveries = Vec::new();
    for number in 0..8 {
        deliveries.push(bench.client.enqueue_message(Message::new(number.to_string())).unwrap());
    }
    let mut fates = Vec::new();
    for delivery in deliveries {
        fates.push(delivery.await.map_err(|error| error.kind()));
    }
    assert_eq!(fates[..3], [Err("dropped"); 3]);
    assert_eq!(fates[3..], [Ok(()); 5]);
    let bodies: Vec<_> = bench.hub.published("devices/").into_iter().map(|(_, p)| p.payload).collect();
    assert_eq!(bodies, ["3", "4", "5", "6", "7"]);
}

#[tokio::test(start_paused = true)]
async fn too_large_a_message_is_a_local_error() {
    let bench = Bench::open().await;
    let error = bench.client.send_message(Message::new(vec![0; 300 * 1024])).await.unwrap_err();
    assert_eq!(error.kind(), "too-large");
    assert!(bench.client.is_connected());
}

#[tokio::test(start_paused = true)]
async fn with_a_clean_session_unconfirmed_messages_go_out_as_new_ones() {
    let bench = Bench::with(|_| (), |options| options.clean_session = true).await;
    bench.client.open().await.unwrap();
    bench.hub.set(|rules| rules.puback = false);
    let delivery = bench.client.enqueue_message(Message::new("x")).unwrap();
    bench.bed.sleep(1).await;
    bench.hub.set(|rules| rules.puback = true);
    bench.hub.cut();
    delivery.await.unwrap();
    let sent: Vec<_> = bench.hub.published("devices/").into_iter().map(|(_, p)| (p.id, p.dup)).collect();
    assert_eq!(sent.len(), 2);
    assert!(sent[0].0 != sent[1].0 && !sent[1].1, "{sent:?}");
}

#[tokio::test(start_paused = true)]
async fn reported_properties_end_with_204_and_are_tried_again_on_429() {
    let bench = Bench::open().await;
    let version = bench.client.update_reported_properties(object(json!({ "fw": "1.0" }))).await.unwrap();
    assert_eq!(version, 2);
    bench.hub.set(|rules| rules.twin.extend([429, 500, 429]));
    let before = bench.bed.mcu.now();
    bench.client.update_reported_properties(object(json!({ "fw": "1.1" }))).await.unwrap();
    assert!(bench.bed.mcu.now().since(before) >= Duration::from_secs(3), "with delays");
    bench.hub.set(|rules| rules.twin.push_back(400));
    let count = bench.hub.published("$iothub/twin/PATCH").len();
    let error = bench.client.update_reported_properties(object(json!({ "fw": "1.2" }))).await.unwrap_err();
    assert_eq!(error.kind(), "bad-request");
    bench.bed.sleep(300).await;
    assert_eq!(bench.hub.published("$iothub/twin/PATCH").len(), count + 1, "400 is not tried again");
}

#[tokio::test(start_paused = true)]
async fn answers_find_their_requests_by_rid() {
    let bench = Bench::open().await;
    bench.hub.push("$iothub/twin/res/200/?$rid=ffff", r#"{"desired":{"$version":99},"reported":{}}"#);
    bench.hub.push("$iothub/twin/res/200/?$rid=1", r#"{"desired":{"$version":98},"reported":{}}"#);
    bench.bed.sleep(1).await;
    assert_eq!(bench.client.desired_version(), Some(1), "unknown and answered ids are ignored");
    let twin = bench.client.get_twin().await.unwrap();
    assert_eq!(twin.desired.version(), Some(1));
}

#[tokio::test(start_paused = true)]
async fn desired_properties_are_acknowledged_and_gaps_lead_to_the_whole_twin() {
    let bench = Bench::new().await;
    bench.client.add_writable_property(WritableProperty {
        initial: Some(json!(20)),
        ..WritableProperty::new("target")
    });
    bench.client.open().await.unwrap();
    bench.bed.sleep(2).await;
    assert_eq!(
        bench.hub.rule(|rules| rules.reported["target"].clone()),
        json!({ "value": 20, "ac": 203, "av": 0 })
    );
    bench.hub.desire(&json!({ "target": 23, "unknown": 5 }));
    bench.bed.sleep(2).await;
    assert_eq!(
        bench.hub.rule(|rules| rules.reported["target"].clone()),
        json!({ "value": 23, "ac": 200, "av": 2 })
    );
    assert_eq!(bench.client.property_value(None, "target"), Some(json!(23)));

    let gets = bench.hub.published("$iothub/twin/GET").len();
    let patch = |version: i64, value: i64| {
        let topic = format!("$iothub/twin/PATCH/properties/desired/?$version={version}");
        bench.hub.push(&topic, json!({ "target": value, "$version": version }).to_string());
    };
    bench.hub.set(|rules| rules.desired = json!({ "target": 25, "$version": 5 }));
    patch(5, 25);
    bench.bed.sleep(2).await;
    assert_eq!(bench.hub.published("$iothub/twin/GET").len(), gets + 1);
    patch(4, 24);
    patch(5, 25);
    bench.bed.sleep(2).await;
    assert_eq!(bench.client.property_value(None, "target"), Some(json!(25)));
    let applied = bench.bed.device_events(|event| match event {
        DeviceEvent::Desired { version, via, applied, .. } => Some((*version, via.clone(), *applied)),
        _ => None,
    });
    let applied: Vec<_> =
        applied.iter().map(|(_, (version, via, applied))| (*version, via.as_str(), *applied)).collect();
    assert_eq!(
        applied,
        [(1, "full", true), (2, "patch", true), (5, "full", true), (4, "patch", false), (5, "patch", false)]
    );
}

#[tokio::test(start_paused = true)]
async fn what_changed_while_away_is_applied_and_acknowledged() {
    let bench = Bench::with(|_| (), |options| options.accepts_any_property = true).await;
    bench.client.open().await.unwrap();
    bench.bed.sleep(1).await;
    bench.hub.set(|rules| {
        rules.desired = json!({ "$version": 7, "thermostat1": { "__t": "c", "target": 9 } });
        rules.connack.push_back(Some(3));
    });
    bench.hub.cut();
    bench.bed.sleep(60).await;
    let reported = bench.hub.rule(|rules| rules.reported["thermostat1"].clone());
    assert_eq!(reported, json!({ "__t": "c", "target": { "value": 9, "ac": 200, "av": 7 } }));
}

#[tokio::test(start_paused = true)]
async fn a_report_of_an_outage_goes_out_after_it() {
    let bench = Bench::open().await;
    bench.hub.set(|rules| rules.connack.push_back(Some(3)));
    bench.hub.cut();
    bench.bed.sleep(1).await;
    for number in 0..20 {
        let client = bench.client.clone();
        tokio::spawn(async move { client.update_reported_properties(object(json!({ "n": number }))).await });
    }
    bench.bed.sleep(60).await;
    assert_eq!(bench.hub.rule(|rules| rules.reported["n"].clone()), json!(19));
    assert!(bench.hub.published("$iothub/twin/PATCH").len() <= 4, "joined while they waited");
}

fn method_answers(bench: &Bench) -> Vec<(String, Value)> {
    let read = |(_, publish): (_, Publish)| {
        assert_eq!(publish.qos, QoS::AtMostOnce, "never sent again on a later connection");
        let tail = publish.topic.strip_prefix("$iothub/methods/res/").unwrap().to_owned();
        (tail, serde_json::from_slice(&publish.payload).unwrap_or(Value::Null))
    };
    bench.hub.published("$iothub/methods/res/").into_iter().map(read).collect()
}

#[tokio::test(start_paused = true)]
async fn methods_are_answered_whatever_comes() {
    let bench = Bench::open().await;
    bench
        .client
        .add_method("echo", |request: MethodRequest| async move { MethodResponse::ok(request.payload) });
    bench.client.add_command(Some("t1"), "max", |_| async { MethodResponse { status: 201, payload: None } });
    let call = |name: &str, rid: &str, body: &[u8]| {
        let topic = format!("$iothub/methods/POST/{name}/?$rid={rid}");
        bench.hub.push(&topic, bytes::Bytes::copy_from_slice(body));
    };
    call("echo", "0a", b"{\"x\":1}");
    call("t1*max", "b", b"");
    call("nobody", "c", b"null");
    call("echo", "d", b"{oops");
    bench.bed.sleep(2).await;
    let answers = method_answers(&bench);
    let tails: Vec<_> = answers.iter().map(|(tail, _)| tail.as_str()).collect();
    assert_eq!(tails, ["200/?$rid=0a", "201/?$rid=b", "404/?$rid=c", "400/?$rid=d"]);
    assert_eq!(answers[0].1, json!({ "x": 1 }));
    bench.hub.push("$iothub/methods/POST/echo/?$rid=e", vec![b' '; 200 * 1024]);
    bench.bed.sleep(30).await;
    assert_eq!(method_answers(&bench)[4].0, "413/?$rid=e");
    assert!(bench.client.is_connected());
}

#[tokio::test(start_paused = true)]
async fn a_call_that_comes_again_is_served_once() {
    for (repeats, times) in [(false, 1), (true, 2)] {
        let bench = Bench::habits(|habits| habits.methods.keeps_duplicates = repeats).await;
        bench.client.open().await.unwrap();
        bench.bed.sleep(1).await;
        bench.client.add_method("unlock", |_| async { MethodResponse::ok(Value::Null) });
        for _ in 0..2 {
            bench.hub.push("$iothub/methods/POST/unlock/?$rid=1", "null");
        }
        bench.bed.sleep(2).await;
        assert_eq!(method_answers(&bench).len(), times);
        // Another connection counts its calls from the start.
        bench.hub.cut();
        bench.bed.sleep(60).await;
        bench.hub.push("$iothub/methods/POST/unlock/?$rid=1", "null");
        bench.bed.sleep(2).await;
        assert_eq!(method_answers(&bench).len(), times + 1);
    }
}

#[tokio::test(start_paused = true)]
async fn calls_overlap_and_a_late_answer_is_not_sent_on_a_new_connection() {
    let bench = Bench::open().await;
    let clock = bench.bed.world.clock;
    bench.client.add_method("slow", move |request: MethodRequest| async move {
        clock.sleep(Duration::from_secs(request.payload.as_u64().unwrap())).await;
        MethodResponse::ok(Value::Null)
    });
    let call = |secs: u64, rid: u64| {
        bench.hub.push(&format!("$iothub/methods/POST/slow/?$rid={rid}"), secs.to_string());
    };
    for (secs, rid) in [(5, 1), (1, 2), (3, 3), (2, 4), (4, 5)] {
        call(secs, rid);
    }
    bench.bed.sleep(7).await;
    let order: Vec<_> = method_answers(&bench).into_iter().map(|(tail, _)| tail).collect();
    assert_eq!(order, [2, 4, 3, 5, 1].map(|rid| format!("200/?$rid={rid}")));
    call(20, 6);
    bench.bed.sleep(1).await;
    bench.hub.cut();
    bench.bed.sleep(60).await;
    assert!(bench.client.is_connected());
    assert_eq!(method_answers(&bench).len(), 5, "the answer to 6 went with its connection");
}

#[tokio::test(start_paused = true)]
async fn c2d_messages_are_acknowledged_and_redeliveries_dropped() {
    let bench = Bench::open().await;
    let mut events = bench.client.events();
    let used = bench.bed.mcu.managed().stats().used;
    let topic = "devices/dev1/messages/devicebound/%24.mid=m1&%24.to=%2Fx&prop1&prop2=&prop3=a%20b";
    let publish = |id, dup| {
        bench.hub.push_packet(&Packet::Publish(Publish {
            dup,
            qos: QoS::AtLeastOnce,
            retain: false,
            topic: topic.into(),
            id: PacketId::new(id),
            payload: "body".into(),
        }));
    };
    publish(7, false);
    publish(8, true);
    bench.bed.sleep(1).await;
    let acks: Vec<_> =
        bench.hub.seen().into_iter().filter(|s| matches!(s.packet, Packet::PubAck(_))).collect();
    assert_eq!(acks.len(), 2);
    let Some(HubEvent::CloudToDevice(message)) = events.next().await else { panic!() };
    assert_eq!(
        message.properties.0[2..4],
        [("prop1".to_owned(), None), ("prop2".to_owned(), Some(String::new()))]
    );
    assert_eq!(&message.body[..], b"body");
    assert!(bench.bed.mcu.managed().stats().used > used);
    drop(message);
    assert_eq!(bench.bed.mcu.managed().stats().used, used, "and the redelivery is not kept either");
}
