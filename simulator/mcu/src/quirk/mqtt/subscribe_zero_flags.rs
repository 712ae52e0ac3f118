//! Sends SUBSCRIBE with flags 0000.

use crate::habits::SubscribeForm;
use crate::quirk::Quirk;

pub(in crate::quirk) const QUIRK: Quirk = Quirk {
    name: "subscribe-zero-flags",
    summary: "sends SUBSCRIBE with flags 0000",
    source: "against MQTT-3.8.1-1",
    fails: &["MQTT-SUB-01"],
    apply: |habits| habits.cloud.mqtt.subscribe = SubscribeForm::ZeroFlags,
};
