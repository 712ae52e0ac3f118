//! Does not announce its model id to the hub.

use crate::quirk::Quirk;

pub(in crate::quirk) const QUIRK: Quirk = Quirk {
    name: "model-not-announced",
    summary: "does not announce its model id to the hub",
    source: "the most common cause of failed certification after the next one",
    fails: &["PNP-ID-01"],
    apply: |habits| habits.cloud.pnp.model_not_announced = true,
};
