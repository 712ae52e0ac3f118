//! DHCP-03: renews at T1, rebinds at T2, and the session lives on.

#[cfg(test)]
mod tests;

use std::time::Duration;

use nanorig_trace::Time;
use nanorig_trace::event::Party;
use nanorig_wire::lan::dhcp::Kind;

use crate::view::{Datagram, Lease, LeaseEnd};
use crate::{Check, Finding, Tally, View};

pub(crate) const CHECK: Check = Check { id: "DHCP-03", always: false, judge };

fn judge(view: &View<'_>) -> Finding {
    let mut tally = Tally::default();
    let mut rebound = false;
    for lease in view.leases() {
        let Some(times) = Times::of(view, lease) else { continue };
        rebound |= renewals(view, lease, &times, &mut tally);
        sessions(view, lease, &times, &mut tally);
    }
    if !tally.is_empty() && !tally.has_bad() && !rebound {
        return Finding::inconclusive("renewals were in order, but the server never let a lease come to T2");
    }
    tally.finish(
        "leases were renewed at T1 and rebound at T2 with their sessions alive",
        "a lease was not renewed as the standard says",
        "no lease came to T1",
    )
}

/// The timers of a lease (RFC 2131 4.4.5), and the end of what can be seen of it.
struct Times {
    renewal: Time,
    rebinding: Time,
    slack: Duration,
    seen_until: Time,
}

impl Times {
    fn of(view: &View<'_>, lease: &Lease) -> Option<Self> {
        let (t1, t2, lease_time) = (lease.renewal?, lease.rebinding?, lease.lease_time?);
        let end = match lease.end {
            LeaseEnd::Replaced(at) | LeaseEnd::Refused(at) => at.time,
            LeaseEnd::Expired(time) => time,
            LeaseEnd::Open => view.end().time,
        };
        let rebooted = view.boots().iter().map(|boot| boot.at).find(|at| *at > lease.at);
        Some(Self {
            renewal: lease.at.time + t1,
            rebinding: lease.at.time + t2,
            slack: lease_time.mul_f64(view.number("dhcp_slack")).max(Duration::from_secs(2)),
            seen_until: rebooted.map_or(end, |at| end.min(at.time)),
        })
    }

    fn is_near(&self, time: Time, due: Time) -> bool {
        due.since(time) <= self.slack && time.since(due) <= self.slack
    }
}

/// Judges the REQUESTs of one lease. True when rebinding was due and in order.
fn renewals(view: &View<'_>, lease: &Lease, times: &Times, tally: &mut Tally) -> bool {
    let requests: Vec<&Datagram<'_>> = view
        .dhcp()
        .filter(|(datagram, message)| {
            datagram.is_from_device()
                && message.kind == Kind::Request
                && message.ciaddr == lease.address
                && datagram.at > lease.at
                && datagram.at.time <= times.seen_until
        })
        .map(|(datagram, _)| datagram)
        .collect();
    let is_broadcast = |datagram: &&&Datagram<'_>| datagram.server.ip().is_broadcast();
    match requests.first() {
        Some(first) if !times.is_near(first.at.time, times.renewal) => {
            tally
                .bad(first.at, format!("the first renewal comes {}, T1 is {}", first.at.time, times.renewal));
        }
        Some(first) if first.server.ip().is_broadcast() => {
            tally.bad(first.at, "the first renewal is broadcast")
        }
        Some(first) => {
            tally.good(first.at, format!("renewed by unicast {}, T1 is {}", first.at.time, times.renewal))
        }
        None if times.seen_until > times.renewal + times.slack => {
            tally.bad(lease.at, format!("this lease was not renewed at T1, {}", times.renewal));
        }
        None => {}
    }
    match requests.iter().find(is_broadcast) {
        Some(first) if !times.is_near(first.at.time, times.rebinding) => {
            tally.bad(first.at, format!("rebinding comes {}, T2 is {}", first.at.time, times.rebinding));
        }
        Some(first) => {
            tally
                .good(first.at, format!("rebound by broadcast {}, T2 is {}", first.at.time, times.rebinding));
            return true;
        }
        None if times.seen_until > times.rebinding + times.slack => {
            tally.bad(lease.at, format!("this lease was not rebound at T2, {}", times.rebinding));
        }
        None => {}
    }
    false
}

/// A renewal that keeps the address must not cost the connections that use it.
fn sessions(view: &View<'_>, lease: &Lease, times: &Times, tally: &mut Tally) {
    let LeaseEnd::Replaced(renewed) = lease.end else { return };
    let kept = view.leases().iter().any(|next| next.at == renewed && next.address == lease.address);
    let open = view.connections().iter().filter(|connection| {
        kept && *connection.device.ip() == lease.address && connection.is_open_at(times.renewal)
    });
    for connection in open {
        match connection.closed {
            Some(closed)
                if closed.at.time <= renewed.time + Duration::from_secs(1) && closed.by != Party::Server =>
            {
                // What the device or its operator ends on purpose is not lost.
                if connection.disconnect().is_some() || view.told_to_leave(connection, closed.at) {
                    continue;
                }
                tally.bad(
                    closed.at,
                    format!("connection {} was dropped while the lease was renewed", connection.id),
                );
            }
            _ => tally.good(renewed, format!("connection {} outlives the renewal", connection.id)),
        }
    }
}
