//! DHCP-01: DISCOVER, OFFER, REQUEST, ACK, and then exactly what was leased.

#[cfg(test)]
mod tests;

use std::net::Ipv4Addr;

use nanorig_trace::Time;
use nanorig_trace::event::{DeviceEvent, Service};
use nanorig_wire::lan::dhcp::{Kind, Message};

use crate::view::{At, Lease, LeaseEnd};
use crate::{Check, Finding, Tally, View};

pub(crate) const CHECK: Check = Check { id: "DHCP-01", always: false, judge };

fn judge(view: &View<'_>) -> Finding {
    let mut tally = Tally::default();
    for lease in view.leases() {
        if exchange(view, lease, &mut tally) {
            used_as_leased(view, lease, &mut tally);
        }
    }
    tally.finish(
        "addresses were obtained by all four messages and used as leased",
        "an address was not obtained or not used as the standard says",
        "no whole exchange of DISCOVER, OFFER, REQUEST and ACK took place",
    )
}

/// Judges the messages that led to `lease`. False when it is a renewal, which has only two of them.
fn exchange(view: &View<'_>, lease: &Lease, tally: &mut Tally) -> bool {
    let before: Vec<(At, &Message, bool)> = view
        .dhcp()
        .map(|(datagram, message)| (datagram.at, message, datagram.is_from_device()))
        .filter(|(at, ..)| *at <= lease.at)
        .collect();
    let Some((_, ack, _)) = before.last() else { return false };
    let latest = |kind: Kind, from_device: bool| {
        let mut same =
            before.iter().rev().filter(|(_, message, from)| message.kind == kind && *from == from_device);
        same.find(|(_, message, _)| message.xid == ack.xid).map(|(at, message, _)| (*at, *message))
    };
    let Some((requested_at, request)) = latest(Kind::Request, true) else { return false };
    // RFC 2131 4.3.2: only a REQUEST that selects an offer names the server.
    let Some(server) = request.options.server_id else { return false };
    let Some((_, offer)) = latest(Kind::Offer, false) else {
        tally.bad(requested_at, "a REQUEST selects an offer that nobody made");
        return true;
    };
    if latest(Kind::Discover, true).is_none() {
        tally.bad(requested_at, "no DISCOVER has the transaction id of this REQUEST");
    }
    if offer.options.server_id != Some(server) {
        tally.bad(requested_at, format!("the REQUEST names the server {server}, which made no offer"));
    }
    if request.options.requested_address != Some(offer.yiaddr) {
        tally.bad(
            requested_at,
            format!("the REQUEST does not ask for the address {} that was offered", offer.yiaddr),
        );
    }
    if !request.ciaddr.is_unspecified() {
        // RFC 2131 table 5.
        tally.bad(requested_at, "ciaddr is set before the device has an address");
    }
    true
}

fn used_as_leased(view: &View<'_>, lease: &Lease, tally: &mut Tally) {
    let until = match lease.end {
        LeaseEnd::Replaced(at) | LeaseEnd::Refused(at) => at.time,
        LeaseEnd::Expired(time) => time,
        LeaseEnd::Open => Time::from_micros(u64::MAX),
    };
    let mine = |at: At| lease.at < at && at.time < until && !view.boots_between(lease.at, at);
    let applied =
        view.device_events().find(|(at, event)| mine(*at) && matches!(event, DeviceEvent::Address { .. }));
    if let Some((at, DeviceEvent::Address { ip, prefix, gateway, dns, .. })) = applied {
        let mask = lease.mask.map(|mask| mask.to_bits().leading_ones());
        if *ip != lease.address {
            tally.bad(at, format!("the device uses {ip} where {} was leased", lease.address));
        } else if mask.is_some_and(|mask| mask != u32::from(*prefix)) {
            tally.bad(at, format!("the device uses a prefix of {prefix} bits where the lease has another"));
        } else if *gateway != lease.routers.first().copied() {
            tally.bad(at, "the device uses a gateway that was not leased");
        } else if dns.iter().any(|server| !lease.dns_servers.contains(server))
            || dns.is_empty() != lease.dns_servers.is_empty()
        {
            tally.bad(at, "the device uses DNS servers that were not leased");
        } else {
            tally.good(at, format!("the device uses {ip} with the leased gateway and DNS servers"));
        }
    }
    traffic(view, lease, mine, tally);
}

fn traffic(view: &View<'_>, lease: &Lease, mine: impl Fn(At) -> bool, tally: &mut Tally) {
    let wrong = |ip: Ipv4Addr| ip != lease.address;
    for connection in view.connections().iter().filter(|connection| mine(connection.opened)) {
        if wrong(*connection.device.ip()) {
            tally.bad(
                connection.opened,
                format!("a connection comes from {}, which is not leased", connection.device.ip()),
            );
        } else {
            tally.good(connection.opened, "a connection comes from the leased address");
        }
    }
    let sent = view.datagrams().iter().filter(|datagram| datagram.is_from_device() && mine(datagram.at));
    for datagram in sent.filter(|datagram| datagram.service != Service::Dhcp) {
        if wrong(*datagram.device.ip()) {
            tally.bad(
                datagram.at,
                format!("a datagram comes from {}, which is not leased", datagram.device.ip()),
            );
        }
        let leased = &lease.dns_servers;
        if datagram.service == Service::Dns && !leased.is_empty() && !leased.contains(datagram.server.ip()) {
            tally.bad(
                datagram.at,
                format!("a query goes to {}, which is not a leased DNS server", datagram.server.ip()),
            );
        }
    }
}
