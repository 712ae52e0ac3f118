//! Counts only what it sends for its Keep Alive, so that a dead peer is not noticed while publishing.

use crate::habits::KeepAliveUse;
use crate::quirk::Quirk;

pub(in crate::quirk) const QUIRK: Quirk = Quirk {
    name: "pings-only-when-silent",
    summary: "counts only what it sends for its Keep Alive, so that a dead peer is not noticed while publishing",
    source: "FreeRTOS/coreMQTT#233",
    fails: &["MQTT-KEEPALIVE-03"],
    apply: |habits| habits.cloud.mqtt.keep_alive = KeepAliveUse::OnlyWhenNothingSent,
};
