//! Leaves the marker out of components that it reports.

use crate::quirk::Quirk;

pub(in crate::quirk) const QUIRK: Quirk = Quirk {
    name: "no-component-marker",
    summary: "leaves the marker out of components that it reports",
    source: "clients written before the convention",
    fails: &["PNP-PROP-04"],
    apply: |habits| habits.cloud.pnp.no_component_marker = true,
};
