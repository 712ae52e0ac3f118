//! TLS-NAME-03: where a certificate has alternative names, its common name does not count.

use super::refusal;
use crate::{Check, Finding, View};

pub(crate) const CHECK: Check = Check { id: "TLS-NAME-03", always: true, judge };

fn judge(view: &View<'_>) -> Finding {
    refusal::judge(
        view,
        |certificate| certificate.kind == "cn-right-san-wrong",
        "a certificate that names the host in its common name only, and another one beside it",
    )
}
