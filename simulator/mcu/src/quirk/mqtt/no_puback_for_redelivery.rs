//! Does not acknowledge a message that comes again.

use crate::habits::Acknowledge;
use crate::quirk::Quirk;

pub(in crate::quirk) const QUIRK: Quirk = Quirk {
    name: "no-puback-for-redelivery",
    summary: "does not acknowledge a message that comes again",
    source: "against MQTT-4.3.2-2",
    fails: &["MQTT-QOS1-06"],
    apply: |habits| habits.cloud.mqtt.acknowledge = Acknowledge::FirstDeliveryOnly,
};
