//! Sends PINGREQ after DISCONNECT.

use crate::habits::DisconnectForm;
use crate::quirk::Quirk;

pub(in crate::quirk) const QUIRK: Quirk = Quirk {
    name: "talks-after-disconnect",
    summary: "sends PINGREQ after DISCONNECT",
    source: "against MQTT-3.14.4-2",
    fails: &["MQTT-DISC-01"],
    apply: |habits| habits.cloud.mqtt.disconnect = DisconnectForm::TalksAfter,
};
