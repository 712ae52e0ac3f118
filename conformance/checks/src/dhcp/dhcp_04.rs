//! DHCP-04: an address that was refused or ran out is no longer used, and a new one is asked for.

#[cfg(test)]
mod tests;

use nanorig_trace::Time;
use nanorig_wire::lan::dhcp::Kind;

use crate::view::{At, Lease, LeaseEnd};
use crate::{Check, Finding, Tally, View};

pub(crate) const CHECK: Check = Check { id: "DHCP-04", always: false, judge };

fn judge(view: &View<'_>) -> Finding {
    let mut tally = Tally::default();
    for (index, lease) in view.leases().iter().enumerate() {
        let (lost, why) = match lease.end {
            LeaseEnd::Refused(at) => (at.time, "refused"),
            LeaseEnd::Expired(time) => (time, "run out"),
            LeaseEnd::Replaced(_) | LeaseEnd::Open => continue,
        };
        let next = view.leases().get(index + 1);
        let reboot = view.boots().iter().map(|boot| boot.at.time).find(|time| *time > lost);
        let until = reboot.unwrap_or(Time::from_micros(u64::MAX));
        no_further_use(view, lease, lost, until, why, &mut tally);
        restart(view, lease, lost, until, &mut tally);
        if let Some(next) = next.filter(|next| next.at.time < until) {
            reconnect(view, lease, lost, next, &mut tally);
        }
    }
    tally.finish(
        "lost addresses were given up and replaced",
        "an address was used after it was lost, or not replaced",
        "no lease was refused or ran out",
    )
}

fn no_further_use(view: &View<'_>, lease: &Lease, lost: Time, until: Time, why: &str, tally: &mut Tally) {
    // A server may give the same address again, at once or after others.
    let again = view.leases().iter().find(|later| later.at > lease.at && later.address == lease.address);
    let until = again.map_or(until, |later| later.at.time.min(until));
    let from = lost + view.duration("address_grace");
    if let Some(at) = view.first_use_of(lease.address, from, until) {
        tally.bad(at, format!("{} is used after it was {why} {lost}", lease.address));
    }
}

fn restart(view: &View<'_>, lease: &Lease, lost: Time, until: Time, tally: &mut Tally) {
    let limit = lost + view.duration("dhcp_restart");
    let discover = view.dhcp().find(|(datagram, message)| {
        datagram.is_from_device() && message.kind == Kind::Discover && datagram.at.time >= lost
    });
    match discover.map(|(datagram, _)| datagram.at) {
        Some(at) if at.time <= limit && at.time < until => {
            tally.good(at, format!("asks for an address again after {} was lost {lost}", lease.address));
        }
        _ if view.end().time.min(until) > limit => {
            tally.bad(lease.at, format!("after {} was lost {lost}, no DISCOVER comes", lease.address));
        }
        _ => {}
    }
}

/// A client that was connected before comes back from its new address.
fn reconnect(view: &View<'_>, lease: &Lease, lost: Time, next: &Lease, tally: &mut Tally) {
    let limit = next.at.time + view.duration("boot_budget");
    let mut opened = view.connections().iter().map(|connection| (connection.opened, *connection.device.ip()));
    let was_used = opened.clone().any(|(at, ip)| at > lease.at && at.time < lost && ip == lease.address);
    let back: Option<At> = opened.find(|(at, ip)| *at > next.at && *ip == next.address).map(|(at, _)| at);
    match back {
        Some(at) => tally.good(at, format!("connects again from {}", next.address)),
        None if was_used && view.end().time > limit => {
            tally.bad(next.at, format!("nothing connects from {}, which was given here", next.address));
        }
        None => {}
    }
}
