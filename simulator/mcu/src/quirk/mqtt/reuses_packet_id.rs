//! Counts packet identifiers from 1 to 4 whether they are in use or not.

use crate::habits::PacketIds;
use crate::quirk::Quirk;

pub(in crate::quirk) const QUIRK: Quirk = Quirk {
    name: "reuses-packet-id",
    summary: "counts packet identifiers from 1 to 4 whether they are in use or not",
    source: "against MQTT-2.3.1-2",
    fails: &["MQTT-QOS1-01"],
    apply: |habits| habits.cloud.mqtt.packet_ids = PacketIds::IgnoresBusy,
};
