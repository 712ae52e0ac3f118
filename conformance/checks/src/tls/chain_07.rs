//! TLS-CHAIN-07: a chain 20 % larger than the hub's is accepted; larger ones show the head-room.

use super::acceptance;
use crate::{Check, Finding, Tally, View};

pub(crate) const CHECK: Check = Check { id: "TLS-CHAIN-07", always: false, judge };

fn judge(view: &View<'_>) -> Finding {
    let finding =
        acceptance::judge(view, |certificate| certificate.kind == "larger-20-percent", "a chain 20 % larger");
    // Beyond that, both ways are right: what happens is only reported.
    let mut head_room = Tally::default();
    for connection in view.connections() {
        let large = |kind: &str| matches!(kind, "oversized-8k" | "oversized-12k");
        if let Some(certificate) = connection.certificate.filter(|certificate| large(certificate.kind)) {
            acceptance::judge_connection(view, connection, &certificate, &mut head_room);
        }
    }
    let extra = head_room.finish("", "", "").evidence;
    match finding.evidence.is_empty() {
        true => finding,
        false => finding.with_all(extra),
    }
}
