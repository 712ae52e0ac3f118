//! Writes the device id in capitals in its tokens.

use crate::habits::SasResource;
use crate::quirk::Quirk;

pub(in crate::quirk) const QUIRK: Quirk = Quirk {
    name: "sas-resource-in-capitals",
    summary: "writes the device id in capitals in its tokens",
    source: "ids are case-sensitive",
    fails: &["HUB-SAS-01"],
    apply: |habits| habits.cloud.hub.sas_resource = SasResource::WrongCase,
};
