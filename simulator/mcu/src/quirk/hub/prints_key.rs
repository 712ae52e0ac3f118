//! Prints its key on the console.

use crate::quirk::Quirk;

pub(in crate::quirk) const QUIRK: Quirk = Quirk {
    name: "prints-key",
    summary: "prints its key on the console",
    source: "debug output that stays in",
    fails: &["SEC-SECRET-01"],
    apply: |habits| habits.cloud.leaks.prints_key = true,
};
