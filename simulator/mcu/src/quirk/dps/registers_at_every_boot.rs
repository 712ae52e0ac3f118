//! Registers at every boot.

use crate::quirk::Quirk;

pub(in crate::quirk) const QUIRK: Quirk = Quirk {
    name: "registers-at-every-boot",
    summary: "registers at every boot",
    source: "most samples",
    fails: &["DPS-ASSIGN-02"],
    apply: |habits| habits.cloud.dps.registers_at_every_boot = true,
};
