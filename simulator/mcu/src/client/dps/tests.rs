//! The provisioning client against a scripted service, in virtual time.

use std::net::Ipv4Addr;
use std::time::Duration;

use nanorig_trace::Time;
use nanorig_trace::event::DeviceEvent;
use nanorig_wire::mqtt::{Packet, QoS};
use nanorig_wire::sas::SasToken;
use serde_json::{Value, json};

use super::*;
use crate::McuConfig;
use crate::client::Credentials;
use crate::client::testbed::{Bed, MiniHub};

const HOST: &str = "global.azure-devices-provisioning.net";
const ASSIGNING: &str = r#"{"operationId":"op-1","status":"assigning"}"#;
const ASSIGNED: &str = r#"{"operationId":"op-1","status":"assigned","registrationState":{"registrationId":"reg1","assignedHub":"contoso.azure-devices.net","deviceId":"dev-7","status":"assigned","substatus":"initialAssignment","payload":{"site":3}}}"#;

async fn bench(set: impl FnOnce(&mut McuConfig)) -> (Bed, MiniHub, ProvisioningDeviceClient) {
    let bed = Bed::with(set).await;
    let dps = MiniHub::new(bed.world.clock);
    bed.serve(HOST, Ipv4Addr::new(10, 1, 0, 7), &dps);
    let mut options = ProvisioningOptions::new("0ne000A1B2C", "reg1", Credentials::GroupKey(Bed::key()));
    options.model_id = Some("dtmi:com:example:Thermostat;1".into());
    options.payload = Some(json!({ "line": 4 }));
    let client = ProvisioningDeviceClient::new(&bed.mcu, options);
    (bed, dps, client)
}

fn answers(dps: &MiniHub, answers: &[(&str, &str)]) {
    let owned = answers.iter().map(|(tail, body)| ((*tail).to_owned(), (*body).to_owned()));
    dps.set(|rules| rules.dps = owned.collect());
}

fn gaps(requests: &[(Time, nanorig_wire::mqtt::Publish)]) -> Vec<Duration> {
    requests.windows(2).map(|pair| pair[1].0.since(pair[0].0)).collect()
}

#[tokio::test(start_paused = true)]
async fn registers_polls_as_told_and_reads_the_assignment() {
    let (bed, dps, client) = bench(|_| ()).await;
    answers(
        &dps,
        &[
            ("202/?$rid={rid}&retry-after=3", ASSIGNING),
            ("202/?$rid={rid}&retry-after=10", ASSIGNING),
            ("202/?$rid={rid}", ASSIGNING),
            ("200/?$rid={rid}", ASSIGNED),
        ],
    );
    let result = client.register().await.unwrap();
    let assignment = Assignment { hub: "contoso.azure-devices.net".into(), device_id: "dev-7".into() };
    assert_eq!(result.assignment, assignment);
    assert_eq!((result.payload, result.polls), (Some(json!({ "site": 3 })), 3));
    assert_eq!(client.options().store.load(), Some(assignment));

    let connect = dps.connects().remove(0);
    assert_eq!((connect.client_id.as_str(), connect.clean_session), ("reg1", true));
    let name = connect.username.unwrap();
    assert!(name.starts_with("0ne000A1B2C/registrations/reg1/api-version=2019-03-31"), "{name}");
    let token = SasToken::parse(std::str::from_utf8(&connect.password.unwrap()).unwrap()).unwrap();
    assert!(token.verify(&Bed::key().derive("reg1")), "signed with the derived key");
    assert_eq!(token.raw_resource, "0ne000A1B2C%2Fregistrations%2Freg1");
    assert_eq!(token.policy.as_deref(), Some("registration"));

    let kinds: Vec<_> = dps.seen().into_iter().map(|seen| seen.packet.packet_type().name()).collect();
    assert_eq!(kinds[..3], ["CONNECT", "SUBSCRIBE", "PUBLISH"]);
    let requests = dps.published("$dps/");
    assert_eq!(requests[0].1.topic, "$dps/registrations/PUT/iotdps-register/?$rid=1");
    let body: Value = serde_json::from_slice(&requests[0].1.payload).unwrap();
    let model = "dtmi:com:example:Thermostat;1";
    assert_eq!(body, json!({ "registrationId": "reg1", "payload": { "line": 4, "modelId": model } }));
    let polls: Vec<_> = requests[1..].iter().map(|(_, publish)| publish.topic.clone()).collect();
    let poll =
        |rid| format!("$dps/registrations/GET/iotdps-get-operationstatus/?$rid={rid}&operationId=op-1");
    assert_eq!(polls, [poll(2), poll(3), poll(4)]);
    assert!(requests.iter().all(|(_, publish)| publish.qos == QoS::AtLeastOnce));
    for (gap, wanted) in gaps(&requests).into_iter().zip([3, 10, 2]) {
        let wanted = Duration::from_secs(wanted);
        assert!(gap >= wanted && gap <= wanted + Duration::from_secs(2), "{gap:?} for {wanted:?}");
    }
    assert_eq!(dps.seen().pop().unwrap().packet, Packet::Disconnect);
    let registered = |event: &DeviceEvent| matches!(event, DeviceEvent::Registered { .. }).then_some(());
    assert_eq!(bed.device_events(registered).len(), 1);
}

#[tokio::test(start_paused = true)]
async fn refusals_are_final_and_have_their_words() {
    let error =
        |code| format!(r#"{{"errorCode":{code},"trackingId":"t","message":"no","timestampUtc":"t"}}"#);
    let failed = r#"{"operationId":"o","status":"failed","registrationState":{"status":"failed","errorCode":400208,"errorMessage":"no hub"}}"#;
    let disabled = r#"{"operationId":"o","status":"disabled"}"#;
    let cases = [
        ("401/?$rid={rid}", error(401_002), "unauthorized", 401_002),
        ("403/?$rid={rid}", error(403_000), "unauthorized", 403_000),
        ("404/?$rid={rid}", error(404_201), "not-found", 404_201),
        ("400/?$rid={rid}", error(400_004), "rejected", 400_004),
        ("200/?$rid={rid}", failed.to_owned(), "failed", 400_208),
        ("200/?$rid={rid}", disabled.to_owned(), "disabled", 0),
        ("200/?$rid={rid}", "nonsense".to_owned(), "failed", 0),
    ];
    let (bed, dps, client) = bench(|_| ()).await;
    for (tail, body, word, code) in cases {
        let before = (bed.mcu.now(), dps.opened().len());
        answers(&dps, &[(tail, &body)]);
        let error = client.register().await.unwrap_err();
        assert_eq!((error.kind(), error.code()), (word, code), "{tail} {body}");
        assert!(bed.mcu.now().since(before.0) < Duration::from_secs(10), "not tried again");
        assert_eq!(dps.opened().len(), before.1 + 1);
    }
    assert_eq!(client.options().store.load(), None);
}

#[tokio::test(start_paused = true)]
async fn a_busy_service_is_asked_ever_more_slowly_on_one_connection() {
    let (_bed, dps, client) = bench(|_| ()).await;
    let mut script = vec![("429/?$rid={rid}&retry-after=20", "")];
    script.extend([("500/?$rid={rid}", ""); 4]);
    script.push(("200/?$rid={rid}", ASSIGNED));
    answers(&dps, &script);
    client.register().await.unwrap();
    let gaps = gaps(&dps.published("$dps/"));
    assert!(gaps[0] >= Duration::from_secs(20), "{gaps:?}");
    assert!(gaps[1..].iter().all(|gap| *gap >= Duration::from_secs(1)), "{gaps:?}");
    assert!(gaps[4] > Duration::from_secs(2), "{gaps:?}");
    assert_eq!(dps.opened().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn assigning_for_ever_is_given_up_after_five_minutes() {
    let (bed, dps, client) = bench(|_| ()).await;
    answers(&dps, &[("202/?$rid={rid}&retry-after=3", ASSIGNING); 500]);
    let before = bed.mcu.now();
    assert_eq!(client.register().await.unwrap_err().kind(), "timeout");
    assert_eq!(bed.mcu.now().since(before).as_secs(), 300);
    bed.sleep(6).await;
    assert_eq!(dps.closed().len(), 1, "the connection is closed");
    let polls = dps.published("$dps/").len();
    assert!((70..110).contains(&polls), "{polls}");
}

#[tokio::test(start_paused = true)]
async fn an_unreachable_service_is_tried_again_and_every_byte_comes_back() {
    let (bed, dps, client) = bench(|_| ()).await;
    answers(&dps, &[("200/?$rid={rid}", ASSIGNED), ("200/?$rid={rid}", ASSIGNED)]);
    client.register().await.unwrap();
    bed.sleep(300).await;
    // What the TLS library reserves at its first use is not given back.
    let used = bed.mcu.resources();
    dps.set(|rules| rules.connack.extend([Some(3), None, Some(3)]));
    client.register().await.unwrap();
    assert_eq!(dps.opened().len(), 5);
    bed.sleep(300).await;
    let after = bed.mcu.resources();
    assert_eq!(
        (after.managed_used, after.native_used, after.sockets),
        (used.managed_used, used.native_used, used.sockets)
    );
}

#[tokio::test(start_paused = true)]
async fn a_stored_assignment_saves_the_registration() {
    let (_bed, dps, client) = bench(|_| ()).await;
    answers(&dps, &[("200/?$rid={rid}", ASSIGNED)]);
    for _ in 0..5 {
        assert_eq!(client.assignment().await.unwrap().device_id, "dev-7");
    }
    assert_eq!((dps.opened().len(), client.options().store.writes()), (1, 1));
}

#[tokio::test(start_paused = true)]
async fn habits_of_provisioning_reach_the_wire() {
    let (_bed, dps, client) = bench(|config| {
        let dps = &mut config.habits.cloud.dps;
        dps.heeds_retry_after = false;
        dps.one_rid = true;
        dps.operation_id = crate::habits::OperationIdUse::Invented;
        dps.sas_policy = None;
        dps.registers_before_subscribing = true;
        config.habits.cloud.pnp.model_not_registered = true;
    })
    .await;
    let slow = ("202/?$rid={rid}&retry-after=30", ASSIGNING);
    answers(&dps, &[slow, slow, ("200/?$rid={rid}", ASSIGNED)]);
    client.register().await.unwrap();
    let kinds: Vec<_> = dps.seen().into_iter().map(|seen| seen.packet.packet_type().name()).collect();
    assert_eq!(kinds[..3], ["CONNECT", "PUBLISH", "SUBSCRIBE"]);
    let requests = dps.published("$dps/");
    assert!(gaps(&requests).iter().all(|gap| *gap < Duration::from_secs(2)), "{:?}", gaps(&requests));
    let rid = |topic: &str| topic.split_once("$rid=").unwrap().1.split('&').next().unwrap().to_owned();
    assert!(requests.iter().all(|(_, publish)| rid(&publish.topic) == rid(&requests[0].1.topic)));
    assert!(!requests[1].1.topic.ends_with("operationId=op-1"));
    assert!(!String::from_utf8_lossy(&requests[0].1.payload).contains("modelId"));
}
