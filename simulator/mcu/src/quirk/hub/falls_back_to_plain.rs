//! Tries port 1883 without TLS when 8883 does not answer.

use crate::quirk::Quirk;

pub(in crate::quirk) const QUIRK: Quirk = Quirk {
    name: "falls-back-to-plain",
    summary: "tries port 1883 without TLS when 8883 does not answer",
    source: "IoT Hub never opens 1883",
    fails: &["HUB-CONN-02"],
    apply: |habits| habits.cloud.hub.falls_back_to_plain = true,
};
