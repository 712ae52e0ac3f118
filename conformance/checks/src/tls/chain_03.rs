//! TLS-CHAIN-03: a leaf with two intermediates in order is accepted.

use super::acceptance;
use crate::{Check, Finding, View};

pub(crate) const CHECK: Check = Check { id: "TLS-CHAIN-03", always: false, judge };

fn judge(view: &View<'_>) -> Finding {
    acceptance::judge(
        view,
        |certificate| certificate.kind == "good-two-intermediates",
        "a chain with two intermediates",
    )
}
