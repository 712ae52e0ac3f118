//! Stops at a desired property that it does not know.

use crate::quirk::Quirk;

pub(in crate::quirk) const QUIRK: Quirk = Quirk {
    name: "fails-on-unknown-property",
    summary: "stops at a desired property that it does not know",
    source: "clients with a fixed structure",
    fails: &["TWIN-VER-02"],
    apply: |habits| habits.cloud.twin.fails_on_unknown = true,
};
