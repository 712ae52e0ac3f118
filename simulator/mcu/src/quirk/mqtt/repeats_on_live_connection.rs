//! Repeats an unacknowledged message every second on the live connection.

use std::time::Duration;

use crate::quirk::Quirk;

pub(in crate::quirk) const QUIRK: Quirk = Quirk {
    name: "repeats-on-live-connection",
    summary: "repeats an unacknowledged message every second on the live connection",
    source: "nanoFramework m2mqtt: three sends, 1 s apart; MQTT 3.1.1 is silent about it",
    fails: &[],
    apply: |habits| habits.cloud.mqtt.resend_live = Some(Duration::from_secs(1)),
};
