//! Writes a space in a property as `+`, which no topic may hold.

use crate::habits::BagEncoding;
use crate::quirk::Quirk;

pub(in crate::quirk) const QUIRK: Quirk = Quirk {
    name: "space-as-plus",
    summary: "writes a space in a property as `+`, which no topic may hold",
    source: "nanoFramework HttpUtility.UrlEncode",
    fails: &["HUB-D2C-02", "MQTT-PUB-01"],
    apply: |habits| {
        habits.cloud.hub.bag = BagEncoding::SpaceAsPlus;
        habits.cloud.mqtt.unchecked_topics = true;
    },
};
