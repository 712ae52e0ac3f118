//! Makes up a client id at each boot.

use crate::quirk::Quirk;

pub(in crate::quirk) const QUIRK: Quirk = Quirk {
    name: "random-client-id",
    summary: "makes up a client id at each boot",
    source: "sample code of many brokers",
    fails: &["MQTT-SESS-04", "HUB-CONN-01"],
    apply: |habits| habits.cloud.mqtt.random_client_id = true,
};
