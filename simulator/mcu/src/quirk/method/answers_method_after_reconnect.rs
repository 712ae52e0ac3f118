//! Answers a call on a later connection than its own.

use crate::quirk::Quirk;

pub(in crate::quirk) const QUIRK: Quirk = Quirk {
    name: "answers-method-after-reconnect",
    summary: "answers a call on a later connection than its own",
    source: "clients that queue answers",
    fails: &["METHOD-05"],
    apply: |habits| habits.cloud.methods.answers_after_reconnect = true,
};
