//! Publishes to DPS with QoS 2.

use crate::quirk::Quirk;

pub(in crate::quirk) const QUIRK: Quirk = Quirk {
    name: "dps-qos2",
    summary: "publishes to DPS with QoS 2",
    source: "DPS closes the connection",
    fails: &["DPS-REG-02"],
    apply: |habits| habits.cloud.dps.qos = 2,
};
