//! Does not subscribe to direct methods.

use crate::quirk::Quirk;

pub(in crate::quirk) const QUIRK: Quirk = Quirk {
    name: "no-method-subscription",
    summary: "does not subscribe to direct methods",
    source: "forgotten in many samples",
    fails: &["METHOD-01", "PNP-CMD-01"],
    apply: |habits| habits.cloud.methods.not_subscribed = true,
};
