//! Modules, and devices with certificates.

use nanorig_certs::ClientKind;
use nanorig_wire::hub::Identity;
use nanorig_wire::mqtt::Packet;
use serde_json::{Map, json};

use super::*;
use crate::client::dps::{ProvisioningDeviceClient, ProvisioningOptions};

#[tokio::test(start_paused = true)]
async fn a_module_has_names_and_topics_of_its_own() {
    let bench = Bench::with(|_| (), |options| options.identity = Identity::module("dev1", "mod1")).await;
    bench.client.add_method("echo", |call: MethodRequest| async move { MethodResponse::ok(call.payload) });
    bench.client.open().await.unwrap();
    bench.client.send_message(Message::new("x")).await.unwrap();
    bench.client.update_reported_properties(Map::from_iter([("fw".into(), json!("1"))])).await.unwrap();
    bench.hub.push("$iothub/methods/POST/echo/?$rid=1", "7");
    bench.bed.sleep(2).await;
    let connect = bench.hub.connects().remove(0);
    assert_eq!(connect.client_id, "dev1/mod1");
    let name = connect.username.unwrap();
    assert!(name.starts_with("contoso.azure-devices.net/dev1/mod1/?api-version="), "{name}");
    let token =
        nanorig_wire::sas::SasToken::parse(std::str::from_utf8(connect.password.as_ref().unwrap()).unwrap());
    assert_eq!(token.unwrap().resource(), "contoso.azure-devices.net/devices/dev1/modules/mod1");
    let Packet::Subscribe(subscribe) = &bench.hub.seen()[1].packet else { panic!() };
    let filters: Vec<_> = subscribe.filters.iter().map(|(filter, _)| filter.as_str()).collect();
    assert_eq!(
        filters,
        ["$iothub/twin/res/#", "$iothub/twin/PATCH/properties/desired/#", "$iothub/methods/POST/#"],
        "there are no cloud-to-device messages to a module"
    );
    assert_eq!(bench.hub.published("devices/dev1/modules/mod1/messages/events/").len(), 1);
    assert_eq!(bench.hub.published("$iothub/methods/res/200/?$rid=1").len(), 1);
    assert_eq!(bench.client.desired_version(), Some(1));
}

/// A device whose certificate is of `kind` goes through DPS to its hub.
async fn provisioned(kind: ClientKind) {
    let bench = Bench::new().await;
    let identity = bench.bed.pki.client("reg1", kind);
    let issuers = [match kind {
        ClientKind::SelfSigned => identity.leaf().clone(),
        _ => bench.bed.pki.group_ca(),
    }];
    let (dps, hub) = (MiniHub::new(bench.bed.world.clock), MiniHub::new(bench.bed.world.clock));
    bench.bed.serve_asking("dps.test", "10.1.0.7".parse().unwrap(), &dps, &issuers);
    bench.bed.serve_asking("x509.azure-devices.net", "10.1.0.8".parse().unwrap(), &hub, &issuers);
    let state = json!({ "assignedHub": "x509.azure-devices.net", "deviceId": "dev-9", "status": "assigned",
        "payload": { "site": 3 } });
    let body = json!({ "operationId": "o", "status": "assigned", "registrationState": state }).to_string();
    let again = body.clone();
    dps.set(|rules| rules.dps.extend([body, again].map(|body| ("200/?$rid={rid}".into(), body))));
    let mut options = ProvisioningOptions::new("0ne", "reg1", Credentials::X509(identity.clone()));
    options.host = "dps.test".into();
    options.payload = Some(json!({ "line": 4 }));
    let provisioning = ProvisioningDeviceClient::new(&bench.bed.mcu, options);
    let result = provisioning.register().await.unwrap();
    assert_eq!(result.payload, Some(json!({ "site": 3 })), "{kind}");
    let client = DeviceClient::new(&bench.bed.mcu, DeviceClientOptions::provisioned(provisioning));
    client.open().await.unwrap();
    client.send_message(Message::new("x")).await.unwrap();

    for (server, client_id) in [(&dps, "reg1"), (&hub, "dev-9")] {
        let connect = server.connects().remove(0);
        assert_eq!((connect.client_id.as_str(), &connect.password), (client_id, &None), "{kind}");
        let presented = server.certificates();
        assert!(presented.iter().all(|chain| *chain == identity.chain) && !presented.is_empty(), "{kind}");
    }
    let register = dps.published("$dps/").remove(0).1;
    let register: serde_json::Value = serde_json::from_slice(&register.payload).unwrap();
    assert_eq!(register, json!({ "registrationId": "reg1", "payload": { "line": 4 } }));
    assert_eq!(hub.published("devices/dev-9/messages/events/").len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_certificate_known_by_its_thumbprint_takes_the_place_of_keys() {
    provisioned(ClientKind::SelfSigned).await;
}

#[tokio::test(start_paused = true)]
async fn a_certificate_of_an_enrollment_group_takes_the_place_of_keys() {
    provisioned(ClientKind::GroupSigned).await;
    provisioned(ClientKind::GroupIntermediate).await;
}
