//! Uses packet identifier 0.

use crate::habits::PacketIds;
use crate::quirk::Quirk;

pub(in crate::quirk) const QUIRK: Quirk = Quirk {
    name: "zero-packet-id",
    summary: "uses packet identifier 0",
    source: "against MQTT-2.3.1-1",
    fails: &["MQTT-QOS1-01"],
    apply: |habits| habits.cloud.mqtt.packet_ids = PacketIds::StartsAtZero,
};
