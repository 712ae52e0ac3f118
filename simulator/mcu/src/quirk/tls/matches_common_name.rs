//! Takes the common name although there are alternative names.

use crate::habits::NameMatch;
use crate::quirk::Quirk;

pub(in crate::quirk) const QUIRK: Quirk = Quirk {
    name: "matches-common-name",
    summary: "takes the common name although there are alternative names",
    source: "against RFC 9525",
    fails: &["TLS-NAME-03"],
    apply: |habits| habits.tls.name_match = NameMatch::CommonName,
};
