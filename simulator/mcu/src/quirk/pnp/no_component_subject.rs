//! Leaves `$.sub` out of a component's telemetry.

use crate::quirk::Quirk;

pub(in crate::quirk) const QUIRK: Quirk = Quirk {
    name: "no-component-subject",
    summary: "leaves `$.sub` out of a component's telemetry",
    source: "nanoFramework forgets it in one overload",
    fails: &["PNP-TEL-02"],
    apply: |habits| habits.cloud.pnp.no_component_subject = true,
};
