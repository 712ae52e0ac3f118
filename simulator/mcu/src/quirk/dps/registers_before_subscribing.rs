//! Registers before it has subscribed to the answers.

use crate::quirk::Quirk;

pub(in crate::quirk) const QUIRK: Quirk = Quirk {
    name: "registers-before-subscribing",
    summary: "registers before it has subscribed to the answers",
    source: "clients that do not wait for SUBACK",
    fails: &["DPS-REG-01"],
    apply: |habits| habits.cloud.dps.registers_before_subscribing = true,
};
