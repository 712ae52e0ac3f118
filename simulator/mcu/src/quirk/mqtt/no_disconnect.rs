//! Closes the connection without DISCONNECT.

use crate::habits::DisconnectForm;
use crate::quirk::Quirk;

pub(in crate::quirk) const QUIRK: Quirk = Quirk {
    name: "no-disconnect",
    summary: "closes the connection without DISCONNECT",
    source: "against MQTT-3.14.4-1",
    fails: &["MQTT-DISC-01"],
    apply: |habits| habits.cloud.mqtt.disconnect = DisconnectForm::Absent,
};
