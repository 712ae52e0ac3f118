//! Name resolutions: queries with the answers that belong to them.

use std::collections::{BTreeMap, BTreeSet};
use std::net::{Ipv4Addr, SocketAddrV4};
use std::time::Duration;

use nanorig_trace::event::Protocol;
use nanorig_wire::lan::dns::{Message, Name, RecordData, RecordType, from_tcp};

use super::{At, Connection, Content, Datagram};

/// A query and its answer.
#[derive(Clone, Debug)]
pub struct Resolution {
    /// When the query was sent.
    pub asked: At,
    /// When the answer was sent.
    pub answered: At,
    /// The server.
    pub server: SocketAddrV4,
    /// The name that was asked for.
    pub name: Name,
    /// The type that was asked for.
    pub kind: RecordType,
    /// The answer.
    pub answer: Message,
    /// IPv4 addresses that the name leads to by the answer, aliases followed.
    pub addresses: Vec<Ipv4Addr>,
    /// Names that the answer leads over after the one asked for.
    pub aliases: Vec<Name>,
    /// How long the addresses may be kept: the shortest time on the way.
    pub ttl: Duration,
    /// True when it went over TCP.
    pub over_tcp: bool,
}

impl Resolution {
    fn new(asked: At, answered: At, server: SocketAddrV4, answer: &Message, over_tcp: bool) -> Option<Self> {
        let question = answer.questions.first()?;
        let (addresses, aliases, ttl) = follow(&question.name, answer);
        Some(Self {
            asked,
            answered,
            server,
            name: question.name.clone(),
            kind: question.kind,
            answer: answer.clone(),
            addresses,
            aliases,
            ttl,
            over_tcp,
        })
    }
}

/// Follows the aliases of an answer (RFC 1034 3.6.2), each record at most once.
fn follow(name: &Name, answer: &Message) -> (Vec<Ipv4Addr>, Vec<Name>, Duration) {
    let mut aliases: Vec<Name> = Vec::new();
    let mut ttl = Duration::MAX;
    for _ in 0..answer.answers.len() {
        let here = aliases.last().unwrap_or(name);
        let next = answer.answers.iter().find_map(|record| match &record.data {
            RecordData::Cname(target) if record.name == *here => Some((target.clone(), record.ttl())),
            _ => None,
        });
        let Some((target, time)) = next else { break };
        ttl = ttl.min(time);
        aliases.push(target);
    }
    let last = aliases.last().unwrap_or(name);
    let mut addresses = Vec::new();
    for record in answer.answers.iter().filter(|record| record.name == *last) {
        if let RecordData::A(address) = record.data {
            ttl = ttl.min(record.ttl());
            addresses.push(address);
        }
    }
    (addresses, aliases, ttl)
}

/// All resolutions in order, and the records of the answers over UDP that belong to a query: same id and question,
/// from the address that the query went to and to the port that it came from (RFC 5452 9.1).
pub(super) fn resolutions(
    datagrams: &[Datagram<'_>],
    connections: &[Connection<'_>],
) -> (Vec<Resolution>, BTreeSet<usize>) {
    let mut resolutions = Vec::new();
    let mut answers = BTreeSet::new();
    let mut asked: BTreeMap<(u16, u16), Vec<(&Datagram<'_>, &Message)>> = BTreeMap::new();
    for datagram in datagrams {
        let Content::Dns(message) = &datagram.content else { continue };
        let same = asked.entry((message.id, datagram.device.port())).or_default();
        if datagram.is_from_device() {
            same.push((datagram, message));
            continue;
        }
        let fits = |query: &&(&Datagram<'_>, &Message)| {
            query.0.server == datagram.server && message.answers_query(query.1)
        };
        if let Some((query, _)) = same.iter().rev().find(fits) {
            answers.insert(datagram.at.record);
            resolutions.extend(Resolution::new(query.at, datagram.at, datagram.server, message, false));
        }
    }
    resolutions.extend(connections.iter().flat_map(over_tcp));
    resolutions.sort_by_key(|resolution: &Resolution| resolution.answered);
    (resolutions, answers)
}

fn over_tcp(connection: &Connection<'_>) -> Vec<Resolution> {
    let decoded = |bytes: &[u8]| {
        let message = from_tcp(bytes).map_or_else(|| bytes.to_vec(), |(message, _)| message.to_vec());
        Message::decode(&message).ok()
    };
    let dns = connection.packets.iter().filter(|packet| packet.protocol == Protocol::Dns);
    let messages: Vec<(At, Message)> =
        dns.filter_map(|packet| Some((packet.at, decoded(packet.bytes)?))).collect();
    let resolution = |(answered, answer): &(At, Message)| {
        let (asked, _) = messages.iter().find(|(_, query)| answer.answers_query(query))?;
        Resolution::new(*asked, *answered, connection.server, answer, true)
    };
    messages.iter().filter(|(_, message)| message.response).filter_map(resolution).collect()
}

/// Resolutions by the name that was asked for and by the address that they led to.
#[derive(Debug, Default)]
pub(super) struct Directory {
    by_name: BTreeMap<Name, Vec<usize>>,
    by_address: BTreeMap<Ipv4Addr, Vec<usize>>,
}

impl Directory {
    pub(super) fn new(resolutions: &[Resolution]) -> Self {
        let mut directory = Self::default();
        for (index, resolution) in resolutions.iter().enumerate() {
            directory.by_name.entry(resolution.name.clone()).or_default().push(index);
            for address in &resolution.addresses {
                directory.by_address.entry(*address).or_default().push(index);
            }
        }
        directory
    }

    pub(super) fn of_name(&self, name: &Name) -> &[usize] {
        self.by_name.get(name).map_or(&[], Vec::as_slice)
    }

    pub(super) fn of_address(&self, address: Ipv4Addr) -> &[usize] {
        self.by_address.get(&address).map_or(&[], Vec::as_slice)
    }
}
