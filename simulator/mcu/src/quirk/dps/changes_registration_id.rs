//! Registers under another id than its certificate's common name.

use crate::quirk::Quirk;

pub(in crate::quirk) const QUIRK: Quirk = Quirk {
    name: "changes-registration-id",
    summary: "registers under another id than its certificate's common name",
    source: "a mistake of many first attempts",
    fails: &["DPS-ATT-03", "TLS-MTLS-01"],
    apply: |habits| habits.cloud.dps.changes_registration_id = true,
};
