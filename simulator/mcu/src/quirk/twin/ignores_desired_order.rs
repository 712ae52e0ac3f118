//! Applies desired properties as they come.

use crate::habits::PatchOrder;
use crate::quirk::Quirk;

pub(in crate::quirk) const QUIRK: Quirk = Quirk {
    name: "ignores-desired-order",
    summary: "applies desired properties as they come",
    source: "nanoFramework does not look at `$version`",
    fails: &["TWIN-VER-01"],
    apply: |habits| habits.cloud.twin.order = PatchOrder::AsTheyCome,
};
