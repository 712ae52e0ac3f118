//! Name resolutions: queries with the answers that belong to them.

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

/// The earlier query of the device that `answer` belongs to: same id and question, sent from the port and to the
/// address that it comes back from (RFC 5452 9.1).
pub(super) fn query_of<'d, 't>(
    datagrams: &'d [Datagram<'t>],
    answer: &Datagram<'_>,
    message: &Message,
) -> Option<(&'d Datagram<'t>, &'d Message)> {
    datagrams.iter().rev().skip_while(|datagram| datagram.at >= answer.at).find_map(|datagram| {
        let Content::Dns(query) = &datagram.content else { return None };
        let fits = datagram.is_from_device()
            && datagram.device.port() == answer.device.port()
            && datagram.server == answer.server
            && message.answers_query(query);
        fits.then_some((datagram, query))
    })
}

pub(super) fn resolutions(datagrams: &[Datagram<'_>], connections: &[Connection<'_>]) -> Vec<Resolution> {
    let mut resolutions = Vec::new();
    for datagram in datagrams.iter().filter(|datagram| !datagram.is_from_device()) {
        let Content::Dns(answer) = &datagram.content else { continue };
        if let Some((query, _)) = query_of(datagrams, datagram, answer) {
            resolutions.extend(Resolution::new(query.at, datagram.at, datagram.server, answer, false));
        }
    }
    for connection in connections {
        let decoded = |bytes: &[u8]| {
            let message = from_tcp(bytes).map_or_else(|| bytes.to_vec(), |(message, _)| message.to_vec());
            Message::decode(&message).ok()
        };
        let dns = connection.packets.iter().filter(|packet| packet.protocol == Protocol::Dns);
        let messages: Vec<(At, Message)> =
            dns.filter_map(|packet| Some((packet.at, decoded(packet.bytes)?))).collect();
        for (answered, answer) in messages.iter().filter(|(_, message)| message.response) {
            let asked = messages.iter().find(|(_, query)| answer.answers_query(query)).map(|(at, _)| *at);
            let resolution = asked.and_then(|asked| Resolution::new(asked, *answered, connection.server, answer, true));
            resolutions.extend(resolution);
        }
    }
    resolutions.sort_by_key(|resolution| resolution.answered);
    resolutions
}
