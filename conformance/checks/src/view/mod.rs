//! A trace, taken apart once so that checks are short: connections with their packets, datagrams, boots,
//! leases, name resolutions, what the harness did, and when the link was disturbed.
//!
//! Everything here is what the records say, decoded. Nothing is judged.

mod at;
mod boot;
mod cause;
mod cloud;
mod connection;
mod datagram;
mod harness;
mod hub;
mod lease;
mod life;
mod mqtt;
mod outage;
mod parameters;
mod provisioning;
mod resolution;
#[cfg(test)]
mod tests;
mod tls;

use std::collections::{BTreeMap, BTreeSet};
use std::net::Ipv4Addr;

use nanorig_trace::event::{ConnId, DeviceEvent, Direction, NetworkEvent};
use nanorig_trace::{Event, Time, Trace, Utc};
use nanorig_wire::lan::{dhcp, dns, sntp};

pub use at::At;
pub use boot::Boot;
pub(crate) use cause::HARMS_WITHIN;
pub use connection::{Closed, Connection, WirePacket, WireViolation};
pub use datagram::{Content, Datagram};
pub use harness::{Finished, HarnessCall, Step};
pub use hub::{C2dDelivery, DesiredPush, MethodAnswer, MethodCall, TwinAnswer, TwinOperation, TwinRequest};
pub use lease::{Lease, LeaseEnd};
pub(crate) use life::LEAVES;
pub use life::{Attempt, Succession};
pub use mqtt::Subscription;
pub use outage::Outage;
pub use provisioning::{DpsAnswer, DpsRequest};
pub use resolution::Resolution;
pub use tls::{Certificate, Hello, TlsFailure, TlsOddity, TlsSession};

/// An index over one trace.
#[derive(Debug)]
pub struct View<'t> {
    trace: &'t Trace,
    connections: Vec<Connection<'t>>,
    datagrams: Vec<Datagram<'t>>,
    boots: Vec<Boot<'t>>,
    leases: Vec<Lease>,
    places: BTreeMap<ConnId, usize>,
    resolutions: Vec<Resolution>,
    answers: BTreeSet<usize>,
    directory: resolution::Directory,
    steps: Vec<Step<'t>>,
    calls: Vec<HarnessCall<'t>>,
    harness_errors: Vec<(At, &'t str)>,
    outages: Vec<Outage<'t>>,
    identities: BTreeSet<String>,
}

impl<'t> View<'t> {
    /// Takes `trace` apart.
    #[must_use]
    pub fn new(trace: &'t Trace) -> Self {
        let datagrams = datagram::datagrams(trace);
        let connections = connection::connections(trace);
        let leases = lease::leases(&datagrams, trace.end());
        let (resolutions, answers) = resolution::resolutions(&datagrams, &connections);
        let places =
            connections.iter().enumerate().map(|(place, connection)| (connection.id, place)).collect();
        let (steps, calls, harness_errors) = harness::harness(trace);
        let identities = cloud::identities(trace, &connections);
        Self {
            trace,
            connections,
            datagrams,
            boots: boot::boots(trace),
            leases,
            places,
            directory: resolution::Directory::new(&resolutions),
            resolutions,
            answers,
            steps,
            calls,
            harness_errors,
            outages: outage::outages(trace),
            identities,
        }
    }

    /// The trace itself.
    #[must_use]
    pub fn trace(&self) -> &'t Trace {
        self.trace
    }

    /// Every event with its place.
    pub fn events(&self) -> impl DoubleEndedIterator<Item = (At, &'t Event)> + use<'t> {
        self.trace
            .records
            .iter()
            .enumerate()
            .map(|(record, entry)| (At { record, time: entry.at }, &entry.event))
    }

    /// What the device said about itself.
    pub fn device_events(&self) -> impl DoubleEndedIterator<Item = (At, &'t DeviceEvent)> + use<'t> {
        self.events().filter_map(|(at, event)| match event {
            Event::Device(event) => Some((at, event)),
            _ => None,
        })
    }

    /// What the device said about itself after `at`.
    pub fn device_events_after(&self, at: At) -> impl Iterator<Item = (At, &'t DeviceEvent)> + use<'t> {
        let first = at.record + 1;
        let records = self.trace.records.get(first..).unwrap_or_default();
        records.iter().enumerate().filter_map(move |(offset, entry)| match &entry.event {
            Event::Device(event) => Some((At { record: first + offset, time: entry.at }, event)),
            _ => None,
        })
    }

    /// What the local network saw; datagrams are better read from [`datagrams`](Self::datagrams).
    pub fn network_events(&self) -> impl DoubleEndedIterator<Item = (At, &'t NetworkEvent)> + use<'t> {
        self.events().filter_map(|(at, event)| match event {
            Event::Network(event) => Some((at, event)),
            _ => None,
        })
    }

    /// The place of the last record; of the first when the trace is empty.
    #[must_use]
    pub fn end(&self) -> At {
        At { record: self.trace.records.len().saturating_sub(1), time: self.trace.end() }
    }

    /// Calendar time of the world at `time`.
    #[must_use]
    pub fn utc(&self, time: Time) -> Utc {
        self.trace.header.started + (time - Time::ZERO)
    }

    /// TCP connections in the order in which they were accepted.
    #[must_use]
    pub fn connections(&self) -> &[Connection<'t>] {
        &self.connections
    }

    /// Connections to one service, such as `hub` or `dps`.
    pub fn connections_to(&self, service: &str) -> impl DoubleEndedIterator<Item = &Connection<'t>> {
        self.connections.iter().filter(move |connection| connection.service == service)
    }

    /// The connection of this id.
    #[must_use]
    pub fn connection(&self, id: ConnId) -> Option<&Connection<'t>> {
        self.places.get(&id).map(|&place| &self.connections[place])
    }

    /// Datagrams of the local network's services.
    #[must_use]
    pub fn datagrams(&self) -> &[Datagram<'t>] {
        &self.datagrams
    }

    /// DHCP messages that could be decoded.
    pub fn dhcp(&self) -> impl DoubleEndedIterator<Item = (&Datagram<'t>, &dhcp::Message)> {
        self.datagrams.iter().filter_map(|datagram| match &datagram.content {
            Content::Dhcp(message) => Some((datagram, &**message)),
            _ => None,
        })
    }

    /// DNS messages over UDP that could be decoded.
    pub fn dns(&self) -> impl DoubleEndedIterator<Item = (&Datagram<'t>, &dns::Message)> {
        self.datagrams.iter().filter_map(|datagram| match &datagram.content {
            Content::Dns(message) => Some((datagram, message)),
            _ => None,
        })
    }

    /// NTP packets that could be decoded.
    pub fn ntp(&self) -> impl DoubleEndedIterator<Item = (&Datagram<'t>, &sntp::Packet)> {
        self.datagrams.iter().filter_map(|datagram| match &datagram.content {
            Content::Ntp(packet) => Some((datagram, packet)),
            _ => None,
        })
    }

    /// The firmware's starts. A trace of a device that does not report them has none.
    #[must_use]
    pub fn boots(&self) -> &[Boot<'t>] {
        &self.boots
    }

    /// The boot that `at` falls into.
    #[must_use]
    pub fn boot_of(&self, at: At) -> Option<&Boot<'t>> {
        self.boots[..self.boots.partition_point(|boot| boot.at <= at)].last()
    }

    /// True when the firmware starts between the two places.
    #[must_use]
    pub fn boots_between(&self, from: At, to: At) -> bool {
        let next = self.boots.partition_point(|boot| boot.at <= from);
        self.boots.get(next).is_some_and(|boot| boot.at <= to)
    }

    /// Addresses that DHCP gave to the device, one entry for each DHCPACK.
    #[must_use]
    pub fn leases(&self) -> &[Lease] {
        &self.leases
    }

    /// DNS answers that match a query of the device, over UDP and TCP.
    #[must_use]
    pub fn resolutions(&self) -> &[Resolution] {
        &self.resolutions
    }

    /// True when the DNS message in `datagram` answers a query of the device: same id and question, from where the
    /// query went to and to the port that it came from (RFC 5452 9.1).
    #[must_use]
    pub fn belongs_to_a_query(&self, datagram: &Datagram<'_>) -> bool {
        self.answers.contains(&datagram.at.record)
    }

    /// Answers for `name`, in order.
    pub fn resolutions_of(&self, name: &dns::Name) -> impl DoubleEndedIterator<Item = &Resolution> {
        self.directory.of_name(name).iter().map(|&index| &self.resolutions[index])
    }

    /// Answers before `at` that led to `address`, the latest first.
    pub fn resolutions_to(&self, address: Ipv4Addr, at: At) -> impl Iterator<Item = &Resolution> {
        let all = self.directory.of_address(address);
        let before = all.partition_point(|&index| self.resolutions[index].answered < at);
        all[..before].iter().rev().map(|&index| &self.resolutions[index])
    }

    /// The latest name that led the device to `address` before `at`.
    #[must_use]
    pub fn name_of(&self, address: Ipv4Addr, at: At) -> Option<&dns::Name> {
        self.resolutions_to(address, at).next().map(|resolution| &resolution.name)
    }

    /// The scenario's steps.
    #[must_use]
    pub fn steps(&self) -> &[Step<'t>] {
        &self.steps
    }

    /// What the harness told the device, the cloud and the network to do.
    #[must_use]
    pub fn calls(&self) -> &[HarnessCall<'t>] {
        &self.calls
    }

    /// Calls of this name, such as `twin.desired`.
    pub fn calls_named(&self, name: &str) -> impl DoubleEndedIterator<Item = &HarnessCall<'t>> {
        self.calls.iter().filter(move |call| call.name == name)
    }

    /// What the harness reported about itself.
    #[must_use]
    pub fn harness_errors(&self) -> &[(At, &'t str)] {
        &self.harness_errors
    }

    /// When the link was disturbed.
    #[must_use]
    pub fn outages(&self) -> &[Outage<'t>] {
        &self.outages
    }

    /// True when the link was disturbed at any time from `from` to `to`.
    #[must_use]
    pub fn disturbed(&self, from: Time, to: Time) -> bool {
        self.outages
            .iter()
            .any(|outage| outage.from.time <= to && outage.until.is_none_or(|until| until.time >= from))
    }

    /// True when the connection's server had moved away by `to`: nothing that was sent reached it any more.
    #[must_use]
    pub fn server_moved(&self, connection: &Connection<'_>, to: Time) -> bool {
        self.trace.records.iter().take_while(|record| record.at <= to).any(|record| match &record.event {
            Event::Network(NetworkEvent::HostMoved { from, .. }) => from == connection.server.ip(),
            _ => false,
        })
    }

    /// True when a datagram or a connection shows the device using `address` at or after `from`, with the first
    /// such place.
    #[must_use]
    pub fn first_use_of(&self, address: Ipv4Addr, from: Time, to: Time) -> Option<At> {
        let span = from..to;
        let datagrams = self.datagrams.iter().filter(|datagram| {
            datagram.direction == Direction::FromDevice && *datagram.device.ip() == address
        });
        let opened = self.connections.iter().filter(|connection| *connection.device.ip() == address);
        let sent = opened.clone().flat_map(|connection| connection.from_device().map(|packet| packet.at));
        let places = datagrams
            .map(|datagram| datagram.at)
            .chain(opened.map(|connection| connection.opened))
            .chain(sent);
        places.filter(|at| span.contains(&at.time)).min()
    }
}
