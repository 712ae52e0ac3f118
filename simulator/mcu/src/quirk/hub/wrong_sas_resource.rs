//! Leaves a segment out of the resource in its tokens.

use crate::habits::SasResource;
use crate::quirk::Quirk;

pub(in crate::quirk) const QUIRK: Quirk = Quirk {
    name: "wrong-sas-resource",
    summary: "leaves a segment out of the resource in its tokens",
    source: "nanoFramework does so for modules",
    fails: &["HUB-SAS-01", "BOOT-01"],
    apply: |habits| habits.cloud.hub.sas_resource = SasResource::WithoutDevices,
};
