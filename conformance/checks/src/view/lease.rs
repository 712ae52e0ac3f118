//! Addresses given by DHCP.

use std::net::Ipv4Addr;
use std::time::Duration;

use nanorig_trace::Time;
use nanorig_wire::lan::dhcp::{Kind, Message};

use super::{At, Content, Datagram};

/// What one DHCPACK gave.
#[derive(Clone, Debug, PartialEq)]
pub struct Lease {
    /// When it was sent.
    pub at: At,
    /// The address.
    pub address: Ipv4Addr,
    /// The subnet mask.
    pub mask: Option<Ipv4Addr>,
    /// Routers, in order of preference.
    pub routers: Vec<Ipv4Addr>,
    /// DNS servers, in order of preference.
    pub dns_servers: Vec<Ipv4Addr>,
    /// The server.
    pub server: Option<Ipv4Addr>,
    /// The lease time; none is for ever.
    pub lease_time: Option<Duration>,
    /// T1, when the device shall renew.
    pub renewal: Option<Duration>,
    /// T2, when the device shall rebind.
    pub rebinding: Option<Duration>,
    /// What ended it.
    pub end: LeaseEnd,
}

/// What ended a lease.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LeaseEnd {
    /// Another DHCPACK, for the same or another address.
    Replaced(At),
    /// A DHCPNAK.
    Refused(At),
    /// Its time ran out.
    Expired(Time),
    /// Nothing before the end of the trace.
    Open,
}

impl Lease {
    /// When the lease runs out unless it is renewed.
    #[must_use]
    pub fn expires(&self) -> Option<Time> {
        self.lease_time.map(|time| self.at.time + time)
    }

    /// Ends an open lease by `end` at `now`, or by its own time when that ran out before.
    fn close(&mut self, now: Time, end: LeaseEnd) {
        if self.end == LeaseEnd::Open {
            self.end = match self.expires() {
                Some(expiry) if expiry < now => LeaseEnd::Expired(expiry),
                _ => end,
            };
        }
    }

    fn new(at: At, ack: &Message) -> Self {
        let options = &ack.options;
        let finite = options.lease_time_s.filter(|secs| *secs != u32::MAX);
        let secs = |secs: u32| Duration::from_secs(u64::from(secs));
        Self {
            at,
            address: ack.yiaddr,
            mask: options.subnet_mask,
            routers: options.routers.clone(),
            dns_servers: options.dns_servers.clone(),
            server: options.server_id,
            lease_time: finite.map(secs),
            // RFC 2131 4.4.5: half and seven eighths of the lease unless the server says otherwise.
            renewal: options.renewal_time_s.map(secs).or_else(|| finite.map(|time| secs(time) / 2)),
            rebinding: options.rebinding_time_s.map(secs).or_else(|| finite.map(|time| secs(time) * 7 / 8)),
            end: LeaseEnd::Open,
        }
    }
}

pub(super) fn leases(datagrams: &[Datagram<'_>], trace_end: Time) -> Vec<Lease> {
    let mut leases: Vec<Lease> = Vec::new();
    for datagram in datagrams.iter().filter(|datagram| !datagram.is_from_device()) {
        let Content::Dhcp(message) = &datagram.content else { continue };
        let end = match message.kind {
            Kind::Ack => LeaseEnd::Replaced(datagram.at),
            Kind::Nak => LeaseEnd::Refused(datagram.at),
            _ => continue,
        };
        if let Some(open) = leases.last_mut() {
            open.close(datagram.at.time, end);
        }
        if message.kind == Kind::Ack {
            leases.push(Lease::new(datagram.at, message));
        }
    }
    if let Some(open) = leases.last_mut() {
        open.close(trace_end, LeaseEnd::Open);
    }
    leases
}
