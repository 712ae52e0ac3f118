//! TLS-CHAIN-02: a certificate that signed itself is refused.

use super::refusal;
use crate::{Check, Finding, View};

pub(crate) const CHECK: Check = Check { id: "TLS-CHAIN-02", always: true, judge };

fn judge(view: &View<'_>) -> Finding {
    refusal::judge(view, |certificate| certificate.kind == "self-signed", "a self-signed certificate")
}
