//! TLS-NAME-01: a certificate for another host is refused.

use super::refusal;
use crate::{Check, Finding, View};

pub(crate) const CHECK: Check = Check { id: "TLS-NAME-01", always: true, judge };

fn judge(view: &View<'_>) -> Finding {
    refusal::judge(view, |certificate| certificate.kind == "wrong-name", "a certificate for another host")
}
