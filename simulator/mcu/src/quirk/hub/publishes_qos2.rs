//! Publishes telemetry with QoS 2.

use crate::quirk::Quirk;

pub(in crate::quirk) const QUIRK: Quirk = Quirk {
    name: "publishes-qos2",
    summary: "publishes telemetry with QoS 2",
    source: "IoT Hub closes the connection",
    fails: &["HUB-D2C-04", "HUB-D2C-01"],
    apply: |habits| habits.cloud.hub.telemetry_qos = Some(2),
};
