//! Leaves skn out of its token for DPS.

use crate::quirk::Quirk;

pub(in crate::quirk) const QUIRK: Quirk = Quirk {
    name: "dps-no-policy-name",
    summary: "leaves skn out of its token for DPS",
    source: "nanoFramework ProvisioningDeviceClient",
    fails: &["DPS-ATT-01"],
    apply: |habits| habits.cloud.dps.sas_policy = None,
};
