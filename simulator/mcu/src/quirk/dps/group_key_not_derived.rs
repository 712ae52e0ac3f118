//! Signs with the key of the enrollment group itself.

use crate::habits::GroupKeyUse;
use crate::quirk::Quirk;

pub(in crate::quirk) const QUIRK: Quirk = Quirk {
    name: "group-key-not-derived",
    summary: "signs with the key of the enrollment group itself",
    source: "a mistake of many first attempts",
    fails: &["DPS-ATT-02"],
    apply: |habits| habits.cloud.dps.group_key = GroupKeyUse::Raw,
};
