//! Takes each read from the connection for one whole packet.

use crate::habits::ReadUse;
use crate::quirk::Quirk;

pub(in crate::quirk) const QUIRK: Quirk = Quirk {
    name: "one-packet-per-read",
    summary: "takes each read from the connection for one whole packet: gives up on a part, drops what follows",
    source: "hand-written clients on modems that announce data in pieces",
    fails: &["MQTT-FRAG-01"],
    apply: |habits| habits.cloud.mqtt.read = ReadUse::OnePacket,
};
