//! Announces a Keep Alive and never sends PINGREQ.

use crate::habits::KeepAliveUse;
use crate::quirk::Quirk;

pub(in crate::quirk) const QUIRK: Quirk = Quirk {
    name: "no-keep-alive",
    summary: "announces a Keep Alive and never sends PINGREQ",
    source: "clients whose keep-alive timer is never started",
    fails: &["MQTT-KEEPALIVE-01", "MQTT-KEEPALIVE-02", "MQTT-KEEPALIVE-03", "NET-PART-01"],
    apply: |habits| habits.cloud.mqtt.keep_alive = KeepAliveUse::Never,
};
