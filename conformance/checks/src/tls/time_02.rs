//! TLS-TIME-02: a certificate from the future is refused.

use super::refusal;
use crate::{Check, Finding, View};

pub(crate) const CHECK: Check = Check { id: "TLS-TIME-02", always: true, judge };

fn judge(view: &View<'_>) -> Finding {
    refusal::judge(
        view,
        |certificate| certificate.kind == "not-yet-valid",
        "a certificate that is not yet valid",
    )
}
