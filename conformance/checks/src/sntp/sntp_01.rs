//! SNTP-01: no certificate is checked and no token signed with a clock that was never set.

#[cfg(test)]
mod tests;

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
    until: Option<At>,
}

/// Starts with a clock that shows a time before 2020, or after a loss of power when it is never set.
fn unset(view: &View<'_>) -> Vec<Unset> {
    let lives = view.boots().iter().filter_map(|boot| {
        let mut events = view.device_events_after(boot.at).take_while(|(at, _)| boot.contains(*at));
        let first = events.find_map(|(at, event)| match event {
            DeviceEvent::ClockSet { before, .. } => Some((at, *before)),
            _ => None,
        });
        let was_unset = match first {
            Some((_, before)) => before < UNSET_BEFORE,
            None => boot.reason == "power-on",
        };
        was_unset.then_some(Unset { from: boot.at, set: first.map(|(at, _)| at), until: boot.until })
    });
    lives.collect()
}

fn judge_life(view: &View<'_>, life: &Unset, tally: &mut Tally) {
    let mine = |at: At| life.from < at && life.until.is_none_or(|until| at < until);
    let mut uses: Vec<(At, &str)> = Vec::new();
    let first = view.connections().partition_point(|connection| connection.opened < life.from);
    for connection in view.connections()[first..].iter().take_while(|connection| mine(connection.opened)) {
        if let Some(tls) = connection.tls {
            uses.push((tls.at, "a TLS handshake completes"));
        }
        if let Some((at, connect)) = connection.connect()
            && connect
                .password
                .as_ref()
                .is_some_and(|password| password.starts_with(b"SharedAccessSignature"))
        {
            uses.push((at, "a SAS token is sent"));
        }
    }
    let said = view.device_events_after(life.from).take_while(|(at, _)| mine(*at));
    uses.extend(said.filter_map(|(at, event)| match event {
        DeviceEvent::TlsConnected { .. } => Some((at, "the device accepts a certificate")),
        // Refusing a date takes a clock as well.
        DeviceEvent::TlsFailed { error, .. } if matches!(error.as_str(), "expired" | "not-yet-valid") => {
            Some((at, "the device judges the dates of a certificate"))
        }
        _ => None,
    }));
    uses.sort();
    for (at, text) in uses {
        if life.set.is_some_and(|set| set < at) {
            tally.good(at, format!("{text} after the clock was set"));
            return;
        }
        tally.bad(at, format!("{text} before the clock was set"));
    }
}
