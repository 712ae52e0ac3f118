//! Acknowledges writable properties with the version before.

use crate::habits::AckForm;
use crate::quirk::Quirk;

pub(in crate::quirk) const QUIRK: Quirk = Quirk {
    name: "ack-old-version",
    summary: "acknowledges writable properties with the version before",
    source: "clients that read the version of the reported section",
    fails: &["PNP-PROP-02", "PNP-PROP-06"],
    apply: |habits| habits.cloud.pnp.ack = AckForm::OldVersion,
};
