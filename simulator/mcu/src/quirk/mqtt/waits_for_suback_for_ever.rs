//! Does nothing about a SUBACK that does not come.

use crate::quirk::Quirk;

pub(in crate::quirk) const QUIRK: Quirk = Quirk {
    name: "waits-for-suback-for-ever",
    summary: "does nothing about a SUBACK that does not come",
    source: "clients without a timer for it",
    fails: &["MQTT-SUB-03"],
    apply: |habits| habits.cloud.mqtt.suback_timeout = None,
};
