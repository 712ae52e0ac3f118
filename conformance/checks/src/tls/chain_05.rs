//! TLS-CHAIN-05: a leaf that may not be used by a server is refused.

use super::refusal;
use crate::{Check, Finding, View};

pub(crate) const CHECK: Check = Check { id: "TLS-CHAIN-05", always: true, judge };

fn judge(view: &View<'_>) -> Finding {
    refusal::judge(
        view,
        |certificate| certificate.kind == "client-auth-only",
        "a leaf for client authentication only",
    )
}
