//! Signs another spelling of the resource than it sends.

use crate::quirk::Quirk;

pub(in crate::quirk) const QUIRK: Quirk = Quirk {
    name: "sas-signs-other-text",
    summary: "signs another spelling of the resource than it sends",
    source: "clients that encode twice with different hexadecimal case",
    fails: &["HUB-SAS-01"],
    apply: |habits| habits.cloud.hub.sas_signs_other_text = true,
};
