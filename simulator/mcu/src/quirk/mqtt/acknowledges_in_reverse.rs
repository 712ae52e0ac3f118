//! Acknowledges the last of several messages first.

use crate::habits::AckOrder;
use crate::quirk::Quirk;

pub(in crate::quirk) const QUIRK: Quirk = Quirk {
    name: "acknowledges-in-reverse",
    summary: "acknowledges the last of several messages first",
    source: "against MQTT-4.6.0-2",
    fails: &["MQTT-ORDER-01"],
    apply: |habits| habits.cloud.mqtt.ack_order = AckOrder::Reversed,
};
