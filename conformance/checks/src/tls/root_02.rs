//! TLS-ROOT-02: a good chain under the Microsoft RSA Root CA 2017 stand-in is accepted.

use super::acceptance;
use crate::{Check, Finding, View};

pub(crate) const CHECK: Check = Check { id: "TLS-ROOT-02", always: false, judge };

fn judge(view: &View<'_>) -> Finding {
    acceptance::judge(
        view,
        |certificate| certificate.kind == "good" && certificate.root == "msrsa",
        "a good chain under msrsa",
    )
}
