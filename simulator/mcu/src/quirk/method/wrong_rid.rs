//! Answers methods with another request id.

use crate::habits::MethodRid;
use crate::quirk::Quirk;

pub(in crate::quirk) const QUIRK: Quirk = Quirk {
    name: "wrong-rid",
    summary: "answers methods with another request id",
    source: "clients that count for themselves",
    fails: &["METHOD-01"],
    apply: |habits| habits.cloud.methods.rid = MethodRid::Wrong,
};
