//! Sends PINGREQ and does not wait for its answer.

use crate::habits::KeepAliveUse;
use crate::quirk::Quirk;

pub(in crate::quirk) const QUIRK: Quirk = Quirk {
    name: "ignores-missing-pingresp",
    summary: "sends PINGREQ and does not wait for its answer",
    source: "against MQTT 3.1.2.10",
    fails: &["MQTT-KEEPALIVE-02", "MQTT-KEEPALIVE-03", "NET-PART-01"],
    apply: |habits| habits.cloud.mqtt.keep_alive = KeepAliveUse::IgnoresMissingPingResp,
};
