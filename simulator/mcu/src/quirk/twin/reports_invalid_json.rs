//! Reports properties without quotes around names.

use crate::habits::ReportForm;
use crate::quirk::Quirk;

pub(in crate::quirk) const QUIRK: Quirk = Quirk {
    name: "reports-invalid-json",
    summary: "reports properties without quotes around names",
    source: "string building by hand",
    fails: &["TWIN-REP-01"],
    apply: |habits| habits.cloud.twin.report = ReportForm::UnquotedNames,
};
