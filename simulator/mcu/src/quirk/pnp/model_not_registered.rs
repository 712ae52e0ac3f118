//! Does not send its model id to DPS.

use crate::quirk::Quirk;

pub(in crate::quirk) const QUIRK: Quirk = Quirk {
    name: "model-not-registered",
    summary: "does not send its model id to DPS",
    source: "the most common documented cause of failed certification",
    fails: &["PNP-ID-02"],
    apply: |habits| habits.cloud.pnp.model_not_registered = true,
};
