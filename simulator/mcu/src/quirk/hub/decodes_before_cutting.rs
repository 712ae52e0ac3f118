//! Decodes the property bag before it is cut at `&` and `=`.

use crate::quirk::Quirk;

pub(in crate::quirk) const QUIRK: Quirk = Quirk {
    name: "decodes-before-cutting",
    summary: "decodes the property bag before it is cut at `&` and `=`",
    source: "nanoFramework DeviceClient",
    fails: &["HUB-C2D-02"],
    apply: |habits| habits.cloud.hub.c2d.decodes_before_cutting = true,
};
