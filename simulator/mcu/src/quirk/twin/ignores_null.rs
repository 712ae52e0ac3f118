//! Keeps a desired property that null deletes.

use crate::quirk::Quirk;

pub(in crate::quirk) const QUIRK: Quirk = Quirk {
    name: "ignores-null",
    summary: "keeps a desired property that null deletes",
    source: "clients that skip nulls",
    fails: &["TWIN-VER-02"],
    apply: |habits| habits.cloud.twin.ignores_null = true,
};
