//! Hands redelivered messages to the application again.

use crate::quirk::Quirk;

pub(in crate::quirk) const QUIRK: Quirk = Quirk {
    name: "repeats-c2d",
    summary: "hands redelivered messages to the application again",
    source: "most SDKs",
    fails: &["HUB-C2D-04", "SEC-REPLAY-01"],
    apply: |habits| habits.cloud.hub.c2d.keeps_duplicates = true,
};
