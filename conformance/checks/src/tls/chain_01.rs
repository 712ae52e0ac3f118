//! TLS-CHAIN-01: a chain that leads to an unknown root is refused.

use super::refusal;
use crate::{Check, Finding, View};

pub(crate) const CHECK: Check = Check { id: "TLS-CHAIN-01", always: true, judge };

fn judge(view: &View<'_>) -> Finding {
    refusal::judge(
        view,
        |certificate| certificate.kind == "unknown-ca" || certificate.root == "unknown",
        "a chain under an unknown root",
    )
}
