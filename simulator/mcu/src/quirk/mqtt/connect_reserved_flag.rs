//! Sets the reserved flag of CONNECT.

use crate::habits::ConnectForm;
use crate::quirk::Quirk;

pub(in crate::quirk) const QUIRK: Quirk = Quirk {
    name: "connect-reserved-flag",
    summary: "sets the reserved flag of CONNECT",
    source: "against MQTT-3.1.2-3",
    fails: &["MQTT-CONN-02"],
    apply: |habits| habits.cloud.mqtt.connect = ConnectForm::ReservedFlag,
};
