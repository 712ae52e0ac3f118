//! Sends messages of the old session again on a clean one.

use crate::quirk::Quirk;

pub(in crate::quirk) const QUIRK: Quirk = Quirk {
    name: "keeps-state-over-clean-session",
    summary: "sends messages of the old session again on a clean one",
    source: "against MQTT-3.1.2-6",
    fails: &["MQTT-SESS-03"],
    apply: |habits| habits.cloud.mqtt.keeps_state_over_clean = true,
};
