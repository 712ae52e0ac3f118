//! Lets a wildcard stand for several labels.

use crate::habits::NameMatch;
use crate::quirk::Quirk;

pub(in crate::quirk) const QUIRK: Quirk = Quirk {
    name: "deep-wildcard",
    summary: "lets a wildcard stand for several labels",
    source: "against RFC 9525 6.3",
    fails: &["TLS-NAME-02"],
    apply: |habits| habits.tls.name_match = NameMatch::DeepWildcard,
};
