//! Does not acknowledge writable properties.

use crate::habits::AckForm;
use crate::quirk::Quirk;

pub(in crate::quirk) const QUIRK: Quirk = Quirk {
    name: "no-property-ack",
    summary: "does not acknowledge writable properties",
    source: "clients without Plug and Play",
    fails: &["PNP-PROP-02", "PNP-PROP-03", "PNP-PROP-06"],
    apply: |habits| habits.cloud.pnp.ack = AckForm::None,
};
