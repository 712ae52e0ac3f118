//! Goes on over a gap in the versions of desired properties.

use crate::quirk::Quirk;

pub(in crate::quirk) const QUIRK: Quirk = Quirk {
    name: "ignores-desired-gap",
    summary: "goes on over a gap in the versions of desired properties",
    source: "clients that only compare for less",
    fails: &["TWIN-VER-01"],
    apply: |habits| habits.cloud.twin.ignores_gaps = true,
};
