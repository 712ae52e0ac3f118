//! TLS-CHAIN-04: a chain signed by a certificate that is not a CA's is refused.

use super::refusal;
use crate::{Check, Finding, View};

pub(crate) const CHECK: Check = Check { id: "TLS-CHAIN-04", always: true, judge };

fn judge(view: &View<'_>) -> Finding {
    refusal::judge(view, |certificate| certificate.kind == "not-a-ca", "a chain signed by a leaf")
}
