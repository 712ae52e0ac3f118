//! Hands a repeated QoS 2 message to the application again.

use crate::habits::Qos2Receive;
use crate::quirk::Quirk;

pub(in crate::quirk) const QUIRK: Quirk = Quirk {
    name: "qos2-delivers-twice",
    summary: "hands a repeated QoS 2 message to the application again",
    source: "against MQTT-4.3.3-2",
    fails: &["MQTT-QOS2-02"],
    apply: |habits| habits.cloud.mqtt.qos2_receive = Qos2Receive::EveryPublish,
};
