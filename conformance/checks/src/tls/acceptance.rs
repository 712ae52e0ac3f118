//! What all requirements to accept a certificate chain share.

use nanorig_trace::event::Party;

use super::presented::judge_each;
use super::refusal::device_error;
use crate::view::{Certificate, Connection};
use crate::{Finding, Tally, View};

/// Judges every connection whose server presented a chain that `wanted` accepts.
pub(super) fn judge(view: &View<'_>, wanted: impl Fn(&Certificate<'_>) -> bool, what: &str) -> Finding {
    judge_each(view, wanted, judge_connection).finish(
        &format!("{what} was accepted"),
        &format!("{what} was refused"),
        &format!("no server presented {what}, or the link broke the handshake off"),
    )
}

/// Adds what one connection shows: its handshake completes, or the device breaks it off.
pub(super) fn judge_connection(
    view: &View<'_>,
    connection: &Connection<'_>,
    certificate: &Certificate<'_>,
    tally: &mut Tally,
) {
    let (kind, root) = (certificate.kind, certificate.root);
    if let Some(tls) = connection.tls {
        tally.good(
            tls.at,
            format!("connects to the chain `{kind}` under {root}, {} B", certificate.chain_bytes),
        );
        return;
    }
    if connection.is_handshake_odd() {
        return;
    }
    let by_device = connection.closed.filter(|closed| closed.by == Party::Device).map(|closed| closed.at);
    let failed =
        connection.tls_failures.iter().find(|failure| failure.alert.is_some()).map(|failure| failure.at);
    if let Some(at) = failed.or(by_device) {
        let why =
            device_error(view, connection, certificate.at).unwrap_or_else(|| "it does not say why".into());
        tally.bad(at, format!("breaks off at the chain `{kind}` under {root}: {why}"));
    }
}
