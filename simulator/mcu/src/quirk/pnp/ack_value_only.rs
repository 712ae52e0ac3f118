//! Acknowledges writable properties with the bare value.

use crate::habits::AckForm;
use crate::quirk::Quirk;

pub(in crate::quirk) const QUIRK: Quirk = Quirk {
    name: "ack-value-only",
    summary: "acknowledges writable properties with the bare value",
    source: "clients that echo",
    fails: &["PNP-PROP-02", "PNP-PROP-03", "PNP-PROP-06"],
    apply: |habits| habits.cloud.pnp.ack = AckForm::ValueOnly,
};
