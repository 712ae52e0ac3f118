//! Does not send unacknowledged messages again.

use crate::habits::Resend;
use crate::quirk::Quirk;

pub(in crate::quirk) const QUIRK: Quirk = Quirk {
    name: "forgets-in-flight",
    summary: "does not send unacknowledged messages again",
    source: "against MQTT-4.4.0-1",
    fails: &["MQTT-QOS1-03"],
    apply: |habits| habits.cloud.mqtt.resend = Resend::Never,
};
