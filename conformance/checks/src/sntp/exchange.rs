//! Requests and replies, and what makes a reply unfit for use.

use std::net::Ipv4Addr;

use nanorig_trace::Utc;
use nanorig_trace::event::DeviceEvent;
use nanorig_wire::lan::sntp::{Leap, Mode, Packet};

use crate::View;
use crate::view::At;

/// A request of the device.
pub(super) struct Request {
    pub(super) at: At,
    pub(super) server: Ipv4Addr,
    pub(super) packet: Packet,
}

/// A packet that came to the device.
pub(crate) struct Reply {
    pub(crate) at: At,
    pub(super) server: Ipv4Addr,
    pub(crate) packet: Packet,
    /// Why it must not be used; none for a sane reply.
    pub(crate) fault: Option<&'static str>,
}

pub(super) fn requests(view: &View<'_>) -> Vec<Request> {
    let sent =
        view.ntp().filter(|(datagram, packet)| datagram.is_from_device() && packet.mode == Mode::CLIENT);
    sent.map(|(datagram, packet)| Request { at: datagram.at, server: *datagram.server.ip(), packet: *packet })
        .collect()
}

pub(crate) fn replies(view: &View<'_>) -> Vec<Reply> {
    let requests = requests(view);
    let received = view.ntp().filter(|(datagram, _)| !datagram.is_from_device());
    received
        .map(|(datagram, packet)| {
            let server = *datagram.server.ip();
            let before = requests.partition_point(|request| request.at < datagram.at);
            let request = requests[..before].iter().rev().find(|request| request.server == server);
            Reply { at: datagram.at, server, packet: *packet, fault: fault(packet, request) }
        })
        .collect()
}

/// When the device set its clock, and to what.
pub(crate) fn clock_sets(view: &View<'_>) -> impl Iterator<Item = (At, Utc)> {
    view.device_events().filter_map(|(at, event)| match event {
        DeviceEvent::ClockSet { after, .. } => Some((at, *after)),
        _ => None,
    })
}

/// RFC 5905 8 and RFC 4330 5: what a client checks before it uses a reply.
fn fault(packet: &Packet, request: Option<&Request>) -> Option<&'static str> {
    let Some(request) = request else { return Some("no request") };
    if packet.origin != request.packet.transmit {
        Some("another origin timestamp")
    } else if packet.mode != Mode::SERVER {
        Some("a mode other than 4")
    } else if packet.stratum == 0 {
        Some("stratum 0")
    } else if packet.stratum > 15 {
        Some("a stratum over 15")
    } else if packet.leap == Leap::Unsynchronised {
        Some("leap indicator 3")
    } else if packet.transmit.is_zero() {
        Some("a transmit timestamp of zero")
    } else {
        None
    }
}
