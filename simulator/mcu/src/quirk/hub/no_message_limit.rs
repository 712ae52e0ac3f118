//! Sends messages of any size.

use crate::quirk::Quirk;

pub(in crate::quirk) const QUIRK: Quirk = Quirk {
    name: "no-message-limit",
    summary: "sends messages of any size",
    source: "IoT Hub closes the connection above 256 KB",
    fails: &["HUB-D2C-05"],
    apply: |habits| habits.cloud.hub.max_message = None,
};
