//! Datagrams of the local network, decoded.

use std::net::SocketAddrV4;

use nanorig_trace::event::{Direction, NetworkEvent, Service};
use nanorig_trace::{Event, HexBytes, Record, Trace};
use nanorig_wire::lan::{DecodeError, dhcp, dns, sntp};

use super::At;

/// One datagram.
#[derive(Clone, Debug)]
pub struct Datagram<'t> {
    /// When its service received or sent it.
    pub at: At,
    /// Whose datagram.
    pub service: Service,
    /// Which way.
    pub direction: Direction,
    /// The device's address and port; `0.0.0.0` while it has none.
    pub device: SocketAddrV4,
    /// The service's address and port as the datagram names it.
    pub server: SocketAddrV4,
    /// Its payload.
    pub bytes: &'t HexBytes,
    /// What it says.
    pub content: Content,
}

/// What a datagram says.
#[derive(Clone, Debug)]
pub enum Content {
    /// A DHCP message.
    Dhcp(Box<dhcp::Message>),
    /// A DNS message.
    Dns(dns::Message),
    /// An NTP packet.
    Ntp(sntp::Packet),
    /// Not what its service speaks.
    Malformed(DecodeError),
    /// A datagram of no known protocol.
    Other,
}

impl Datagram<'_> {
    /// True when the device sent it.
    #[must_use]
    pub fn is_from_device(&self) -> bool {
        self.direction == Direction::FromDevice
    }
}

pub(super) fn datagrams(trace: &Trace) -> Vec<Datagram<'_>> {
    trace.records.iter().enumerate().filter_map(|(record, entry)| datagram(record, entry)).collect()
}

fn datagram(record: usize, entry: &Record) -> Option<Datagram<'_>> {
    let Event::Network(NetworkEvent::Datagram { service, direction, device, server, bytes }) = &entry.event
    else {
        return None;
    };
    let content = match service {
        Service::Dhcp => dhcp::Message::decode(bytes).map(|message| Content::Dhcp(Box::new(message))),
        Service::Dns => dns::Message::decode(bytes).map(Content::Dns),
        Service::Ntp => sntp::Packet::decode(bytes).map(Content::Ntp),
        Service::Udp => Ok(Content::Other),
    };
    Some(Datagram {
        at: At { record, time: entry.at },
        service: *service,
        direction: *direction,
        device: *device,
        server: *server,
        bytes,
        content: content.unwrap_or_else(Content::Malformed),
    })
}
