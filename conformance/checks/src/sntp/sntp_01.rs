//! SNTP-01: no certificate is checked and no token signed with a clock that was never set.

#[cfg(test)]
mod tests;

use nanorig_trace::Time;
use nanorig_trace::event::DeviceEvent;

use crate::boot::UNSET_BEFORE;
use crate::view::At;
use crate::{Check, Finding, Tally, View};

pub(crate) const CHECK: Check = Check { id: "SNTP-01", always: true, judge };

fn judge(view: &View<'_>) -> Finding {
    if view.number("time_floor") > 0.0 {
        return Finding::not_applicable("the device keeps a time floor over a loss of power");
    }
    let mut tally = Tally::default();
    for life in unset(view) {
        judge_life(view, &life, &mut tally);
    }
    tally.finish(
        "the clock was set before any TLS handshake completed and any token was sent",
        "a clock that was never set was relied on",
        "no start had an unset clock and a connection",
    )
}

/// A part of the trace in which the clock was not set at first.
struct Unset {
    from: At,
    /// When the clock was set.
    set: Option<At>,
    /// When the device started again.
    until: Time,
}

/// Starts with a clock that shows a time before 2020, or after a loss of power when it is never set.
fn unset(view: &View<'_>) -> Vec<Unset> {
    let lives = view.boots().iter().map(|boot| {
        let mut set = view.device_events().filter_map(|(at, event)| match event {
            DeviceEvent::ClockSet { before, .. } if boot.contains(at) => Some((at, *before)),
            _ => None,
        });
        let first = set.next();
        let was_unset = match first {
            Some((_, before)) => before < UNSET_BEFORE,
            None => boot.reason == "power-on",
        };
        let life = Unset { from: boot.at, set: first.map(|(at, _)| at), until: boot.ended };
        (life, was_unset)
    });
    lives.filter(|(_, was_unset)| *was_unset).map(|(life, _)| life).collect()
}

fn judge_life(view: &View<'_>, life: &Unset, tally: &mut Tally) {
    let mine = |at: At| life.from < at && at.time <= life.until;
    let mut uses: Vec<(At, &str)> = Vec::new();
    for connection in view.connections().iter().filter(|connection| mine(connection.opened)) {
        if let Some(tls) = connection.tls {
            uses.push((tls.at, "a TLS handshake completes"));
        }
        if let Some((at, connect)) = connection.connect()
            && connect.password.as_ref().is_some_and(|password| password.starts_with(b"SharedAccessSignature"))
        {
            uses.push((at, "a SAS token is sent"));
        }
    }
    let connected = view.device_events().filter(|(_, event)| matches!(event, DeviceEvent::TlsConnected { .. }));
    uses.extend(connected.filter(|(at, _)| mine(*at)).map(|(at, _)| (at, "the device accepts a certificate")));
    uses.sort();
    for (at, text) in uses {
        if life.set.is_some_and(|set| set < at) {
            tally.good(at, format!("{text} after the clock was set"));
            return;
        }
        tally.bad(at, format!("{text} before the clock was set"));
    }
}
