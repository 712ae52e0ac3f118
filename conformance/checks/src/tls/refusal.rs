//! What all requirements to refuse a certificate chain share.
//!
//! A chain is refused when the handshake does not complete and no application byte comes. An alert is the
//! better way; silence is a warning. A handshake that ended for another reason (memory, time, a lost link)
//! shows nothing about the chain.

use nanorig_trace::event::DeviceEvent;

use super::presented::judge_each;
use crate::view::{At, Certificate, Connection};
use crate::{Finding, Tally, View};

/// Judges every connection whose server presented a chain that `wanted` accepts.
pub(super) fn judge(view: &View<'_>, wanted: impl Fn(&Certificate<'_>) -> bool, what: &str) -> Finding {
    judge_each(view, wanted, judge_connection).finish(
        &format!("{what} was refused"),
        &format!("{what} was accepted"),
        &format!("no server presented {what}, or the handshake ended for another reason"),
    )
}

/// Adds what one connection shows.
pub(super) fn judge_connection(
    view: &View<'_>,
    connection: &Connection<'_>,
    certificate: &Certificate<'_>,
    tally: &mut Tally,
) {
    let kind = certificate.kind;
    match answer(view, connection, certificate) {
        Some((at, Answer::Accepted)) => {
            tally.bad(at, format!("the handshake completes with the chain `{kind}`"));
        }
        Some((at, Answer::Alert(alert))) => {
            tally.good(at, format!("the chain `{kind}` is refused with the alert {alert}"));
        }
        Some((at, Answer::Silence)) => {
            tally.doubtful(at, format!("the chain `{kind}` is refused without an alert"));
        }
        None => {}
    }
}

/// What a device answers to a chain.
pub(super) enum Answer<'t> {
    /// The handshake completes, or an application byte comes.
    Accepted,
    /// It refuses the chain with this alert.
    Alert(&'t str),
    /// It closes the connection without a word to the server.
    Silence,
}

/// What the device answers to the chain, and where; none when that shows nothing about the chain.
pub(super) fn answer<'t>(
    view: &View<'t>,
    connection: &Connection<'t>,
    certificate: &Certificate<'_>,
) -> Option<(At, Answer<'t>)> {
    let tls = connection.tls.map(|tls| tls.at);
    if let Some(at) = tls.or_else(|| connection.from_device().map(|packet| packet.at).next()) {
        return Some((at, Answer::Accepted));
    }
    if let Some(error) = device_error(view, connection, certificate.at)
        && !is_about_trust(&error)
    {
        return None;
    }
    let alert = connection.tls_failures.iter().find_map(|failure| Some((failure.at, failure.alert?)));
    match alert {
        Some((at, alert)) => Some((at, Answer::Alert(alert))),
        None => connection.closed_by_device().map(|at| (at, Answer::Silence)),
    }
}

/// The device's word for why its handshake failed, when it says one before the next connection begins.
pub(super) fn device_error(view: &View<'_>, connection: &Connection<'_>, from: At) -> Option<String> {
    let next = view.connections().partition_point(|other| other.opened <= connection.opened);
    let next = view.connections().get(next).map(|next| next.opened);
    let mut events = view.device_events_after(from).take_while(|(at, _)| next.is_none_or(|next| *at < next));
    events.find_map(|(_, event)| match event {
        DeviceEvent::TlsFailed { error, .. } => Some(error.clone()),
        _ => None,
    })
}

/// True when the word is about the chain and not about memory, time or the link.
pub(super) fn is_about_trust(error: &str) -> bool {
    matches!(
        error,
        "unknown-issuer"
            | "expired"
            | "not-yet-valid"
            | "wrong-name"
            | "wrong-purpose"
            | "bad-signature"
            | "bad-certificate"
            | "alert"
            | "protocol"
    )
}
