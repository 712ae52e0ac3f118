//! Leaves malformed packets out and goes on.

use crate::habits::Malformed;
use crate::quirk::Quirk;

pub(in crate::quirk) const QUIRK: Quirk = Quirk {
    name: "skips-malformed",
    summary: "leaves malformed packets out and goes on",
    source: "against MQTT-4.8.0-1",
    fails: &["MQTT-MAL-01", "MQTT-MAL-02", "MQTT-MAL-03", "MQTT-MAL-04", "MQTT-MAL-05"],
    apply: |habits| habits.cloud.mqtt.malformed = Malformed::Skip,
};
