//! Writes message properties into the topic as they are.

use crate::habits::BagEncoding;
use crate::quirk::Quirk;

pub(in crate::quirk) const QUIRK: Quirk = Quirk {
    name: "unencoded-properties",
    summary: "writes message properties into the topic as they are",
    source: "clients that join strings",
    fails: &["HUB-D2C-02"],
    apply: |habits| {
        habits.cloud.hub.bag = BagEncoding::Raw;
        habits.cloud.mqtt.unchecked_topics = true;
    },
};
