//! TLS-ROOT-01: a good chain under the DigiCert Global Root G2 stand-in is accepted.

use super::acceptance;
use crate::{Check, Finding, View};

pub(crate) const CHECK: Check = Check { id: "TLS-ROOT-01", always: false, judge };

fn judge(view: &View<'_>) -> Finding {
    acceptance::judge(
        view,
        |certificate| certificate.kind == "good" && certificate.root == "g2",
        "a good chain under g2",
    )
}
