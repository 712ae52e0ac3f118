//! Does not tell a property without a value from an empty one.

use crate::habits::NullProperty;
use crate::quirk::Quirk;

pub(in crate::quirk) const QUIRK: Quirk = Quirk {
    name: "null-property-is-empty",
    summary: "does not tell a property without a value from an empty one",
    source: "clients that split at `=` and take what is there",
    fails: &["HUB-C2D-02"],
    apply: |habits| habits.cloud.hub.c2d.null = NullProperty::Empty,
};
