//! Does not answer methods whose payload is not JSON.

use crate::quirk::Quirk;

pub(in crate::quirk) const QUIRK: Quirk = Quirk {
    name: "silent-on-invalid-json",
    summary: "does not answer methods whose payload is not JSON",
    source: "parsers that throw",
    fails: &["METHOD-03"],
    apply: |habits| habits.cloud.methods.invalid_json = None,
};
