//! Datagrams of DHCP, DNS and NTP.

use std::net::{Ipv4Addr, SocketAddrV4};

use nanorig_trace::event::{DeviceEvent, Direction, NetworkEvent, Service};
use nanorig_wire::lan::dhcp::{self, Kind};
use nanorig_wire::lan::dns::{Message, Name, Rcode, Record, RecordType};
use nanorig_wire::lan::sntp::{Packet, Timestamp};

use super::Story;

/// The device's usual address.
pub(crate) const DEVICE: Ipv4Addr = Ipv4Addr::new(192, 168, 1, 50);
/// Router, DHCP and DNS server.
pub(crate) const GATEWAY: Ipv4Addr = Ipv4Addr::new(192, 168, 1, 1);
/// A time server.
pub(crate) const NTP_A: Ipv4Addr = Ipv4Addr::new(203, 0, 113, 123);
/// Another time server.
pub(crate) const NTP_B: Ipv4Addr = Ipv4Addr::new(203, 0, 113, 124);

const MAC: [u8; 6] = [2, 0, 0, 0, 0, 1];

impl Story {
    pub(crate) fn datagram(
        &mut self,
        service: Service,
        direction: Direction,
        device: SocketAddrV4,
        server: SocketAddrV4,
        bytes: Vec<u8>,
    ) -> &mut Self {
        self.event(NetworkEvent::Datagram { service, direction, device, server, bytes: bytes.into() })
    }

    /// A DHCP message of the device; `to` is 255.255.255.255 for a broadcast.
    pub(crate) fn dhcp_sends(&mut self, message: &dhcp::Message, to: Ipv4Addr) -> &mut Self {
        let device = SocketAddrV4::new(message.ciaddr, 68);
        let bytes = message.encode();
        self.datagram(Service::Dhcp, Direction::FromDevice, device, SocketAddrV4::new(to, 67), bytes)
    }

    pub(crate) fn dhcp_receives(&mut self, message: &dhcp::Message) -> &mut Self {
        let device = SocketAddrV4::new(Ipv4Addr::BROADCAST, 68);
        let server = SocketAddrV4::new(GATEWAY, 67);
        self.datagram(Service::Dhcp, Direction::ToDevice, device, server, message.encode())
    }

    pub(crate) fn discover(&mut self, xid: u32) -> &mut Self {
        self.dhcp_sends(&dhcp::Message::request(Kind::Discover, xid, MAC), Ipv4Addr::BROADCAST)
    }

    /// A REQUEST that renews (`to` the server) or rebinds (`to` everybody) `address`.
    pub(crate) fn renew(&mut self, xid: u32, address: Ipv4Addr, to: Ipv4Addr) -> &mut Self {
        let mut request = dhcp::Message::request(Kind::Request, xid, MAC);
        request.ciaddr = address;
        self.dhcp_sends(&request, to)
    }

    /// The server's ACK that gives `address` for `lease_s` seconds.
    pub(crate) fn ack(&mut self, xid: u32, address: Ipv4Addr, lease_s: u32) -> &mut Self {
        self.dhcp_receives(&granted(Kind::Ack, xid, address, lease_s))
    }

    pub(crate) fn nak(&mut self, xid: u32) -> &mut Self {
        let request = dhcp::Message::request(Kind::Request, xid, MAC);
        self.dhcp_receives(&dhcp::Message::reply(&request, Kind::Nak, GATEWAY))
    }

    /// DISCOVER, OFFER, REQUEST, ACK, all at once.
    pub(crate) fn lease(&mut self, xid: u32, address: Ipv4Addr, lease_s: u32) -> &mut Self {
        let mut request = dhcp::Message::request(Kind::Request, xid, MAC);
        request.options.requested_address = Some(address);
        request.options.server_id = Some(GATEWAY);
        self.discover(xid);
        self.dhcp_receives(&granted(Kind::Offer, xid, address, lease_s));
        self.dhcp_sends(&request, Ipv4Addr::BROADCAST);
        self.ack(xid, address, lease_s)
    }

    /// The device says that it uses `address`.
    pub(crate) fn address(&mut self, address: Ipv4Addr, dns: Ipv4Addr) -> &mut Self {
        let (gateway, dns) = (Some(GATEWAY), vec![dns]);
        self.event(DeviceEvent::Address { ip: address, prefix: 24, gateway, dns, lease_s: 86_400 })
    }

    pub(crate) fn dns_asks(&mut self, id: u16, name: &str) -> &mut Self {
        let query = query(id, name);
        let (device, server) = (SocketAddrV4::new(DEVICE, 40_000), SocketAddrV4::new(GATEWAY, 53));
        self.datagram(Service::Dns, Direction::FromDevice, device, server, query.encode())
    }

    pub(crate) fn dns_sends(&mut self, message: &Message, from: Ipv4Addr) -> &mut Self {
        let (device, server) = (SocketAddrV4::new(DEVICE, 40_000), SocketAddrV4::new(from, 53));
        self.datagram(Service::Dns, Direction::ToDevice, device, server, message.encode())
    }

    /// The DNS server's answer with one address record.
    pub(crate) fn dns_answers(&mut self, id: u16, name: &str, ttl_s: u32, address: Ipv4Addr) -> &mut Self {
        self.dns_sends(&answer(id, name, vec![Record::a(dns_name(name), ttl_s, address)]), GATEWAY)
    }

    pub(crate) fn dns_fails(&mut self, id: u16, name: &str, rcode: Rcode) -> &mut Self {
        self.dns_sends(&Message::reply(&query(id, name), rcode), GATEWAY)
    }

    pub(crate) fn resolved(&mut self, host: &str, addresses: &[Ipv4Addr], error: &str) -> &mut Self {
        let (host, addresses, error) = (host.into(), addresses.to_vec(), error.into());
        self.event(DeviceEvent::Resolved { host, addresses, error })
    }

    /// An NTP request; its transmit timestamp is `transmit`.
    pub(crate) fn ntp_asks(&mut self, server: Ipv4Addr, transmit: u64) -> &mut Self {
        let packet = Packet::request(Timestamp(transmit));
        let (device, server) = (SocketAddrV4::new(DEVICE, 123), SocketAddrV4::new(server, 123));
        self.datagram(Service::Ntp, Direction::FromDevice, device, server, packet.encode().to_vec())
    }

    /// An NTP reply.
    pub(crate) fn ntp_sends(&mut self, server: Ipv4Addr, packet: &Packet) -> &mut Self {
        let (device, server) = (SocketAddrV4::new(DEVICE, 123), SocketAddrV4::new(server, 123));
        self.datagram(Service::Ntp, Direction::ToDevice, device, server, packet.encode().to_vec())
    }

    /// The right reply to the request whose transmit timestamp is `origin`.
    pub(crate) fn ntp_reply(&self, origin: u64) -> Packet {
        let now = Timestamp::from_unix_micros(self.utc().unix_micros());
        Packet::reply(&Packet::request(Timestamp(origin)), now, now)
    }
}

pub(crate) fn granted(kind: Kind, xid: u32, address: Ipv4Addr, lease_s: u32) -> dhcp::Message {
    let mut message = dhcp::Message::reply(&dhcp::Message::request(Kind::Request, xid, MAC), kind, GATEWAY);
    message.yiaddr = address;
    message.options.subnet_mask = Some(Ipv4Addr::new(255, 255, 255, 0));
    message.options.routers = vec![GATEWAY];
    message.options.dns_servers = vec![GATEWAY];
    message.options.lease_time_s = Some(lease_s);
    message
}

pub(crate) fn dns_name(name: &str) -> Name {
    name.parse().expect("tests write good names")
}

pub(crate) fn query(id: u16, name: &str) -> Message {
    Message::query(id, dns_name(name), RecordType::A)
}

pub(crate) fn answer(id: u16, name: &str, records: Vec<Record>) -> Message {
    Message { answers: records, ..Message::reply(&query(id, name), Rcode::NoError) }
}
