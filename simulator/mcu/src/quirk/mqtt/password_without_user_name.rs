//! Sets the password flag of CONNECT without the user name flag.

use crate::habits::ConnectForm;
use crate::quirk::Quirk;

pub(in crate::quirk) const QUIRK: Quirk = Quirk {
    name: "password-without-user-name",
    summary: "sets the password flag of CONNECT without the user name flag",
    source: "against MQTT-3.1.2-22",
    fails: &["MQTT-CONN-03"],
    apply: |habits| habits.cloud.mqtt.connect = ConnectForm::PasswordWithoutUserName,
};
