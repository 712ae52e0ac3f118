//! Closes the connection on a PINGRESP that it did not ask for.

use crate::quirk::Quirk;

pub(in crate::quirk) const QUIRK: Quirk = Quirk {
    name: "closes-on-unasked-pingresp",
    summary: "closes the connection on a PINGRESP that it did not ask for",
    source: "strict clients",
    fails: &["MQTT-KEEPALIVE-05"],
    apply: |habits| habits.cloud.mqtt.closes_on_unasked_pingresp = true,
};
