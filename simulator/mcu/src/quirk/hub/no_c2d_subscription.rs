//! Does not subscribe to cloud-to-device messages.

use crate::quirk::Quirk;

pub(in crate::quirk) const QUIRK: Quirk = Quirk {
    name: "no-c2d-subscription",
    summary: "does not subscribe to cloud-to-device messages",
    source: "forgotten in many samples",
    fails: &["HUB-C2D-01", "HUB-C2D-03"],
    apply: |habits| habits.cloud.hub.c2d.not_subscribed = true,
};
