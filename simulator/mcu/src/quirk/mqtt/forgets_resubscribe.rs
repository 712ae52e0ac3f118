//! Subscribes only at its first connection.

use crate::habits::Resubscribe;
use crate::quirk::Quirk;

pub(in crate::quirk) const QUIRK: Quirk = Quirk {
    name: "forgets-resubscribe",
    summary: "subscribes only at its first connection",
    source: "against MQTT-3.2.2-3",
    fails: &["MQTT-SESS-02", "RECON-STATE-01", "NET-RESTART-01"],
    apply: |habits| habits.cloud.mqtt.resubscribe = Resubscribe::OnlyAtFirst,
};
