//! TLS-TIME-01: a chain with an expired certificate is refused.

use super::refusal;
use crate::{Check, Finding, View};

pub(crate) const CHECK: Check = Check { id: "TLS-TIME-01", always: true, judge };

fn judge(view: &View<'_>) -> Finding {
    refusal::judge(
        view,
        |certificate| matches!(certificate.kind, "expired-leaf" | "expired-intermediate"),
        "a chain with an expired certificate",
    )
}
