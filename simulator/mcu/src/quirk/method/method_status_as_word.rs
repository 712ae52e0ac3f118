//! Answers methods with a word where the status belongs.

use crate::quirk::Quirk;

pub(in crate::quirk) const QUIRK: Quirk = Quirk {
    name: "method-status-as-word",
    summary: "answers methods with a word where the status belongs",
    source: "against the topic of the hub",
    fails: &["METHOD-01"],
    apply: |habits| habits.cloud.methods.status_as_word = true,
};
