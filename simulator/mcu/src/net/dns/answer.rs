//! What a response says about a name, without I/O.

use std::net::Ipv4Addr;
use std::time::Duration;

use nanorig_wire::lan::dns::{Message, Name, Rcode, RecordData};

use crate::habits::DnsHabits;

/// Aliases that are followed within one response, so that a loop ends.
const CHAIN: usize = 16;

/// What a response says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Answer {
    /// The name's addresses, and how long they may be kept.
    Addresses { addresses: Vec<Ipv4Addr>, ttl: Duration },
    /// The name is an alias of this name, whose addresses are not in the response.
    Alias { target: Name, ttl: Duration },
    /// The name exists without an IPv4 address.
    NoAddress,
    /// The name does not exist.
    NxDomain,
    /// The server could not or would not answer.
    Failed,
}

/// Whether `response` may be believed to answer `query` (RFC 5452 9.1).
pub(super) fn belongs(response: &Message, query: &Message, habits: &DnsHabits) -> bool {
    response.response
        && (!habits.check_id || response.id == query.id)
        && (!habits.check_question || response.questions == query.questions)
}

/// Reads the addresses of `name` out of `response`, over aliases (RFC 1035 3.6.2).
pub(super) fn interpret(response: &Message, name: &Name, habits: &DnsHabits) -> Answer {
    match response.rcode {
        Rcode::NoError => {}
        Rcode::NxDomain => return Answer::NxDomain,
        _ => return Answer::Failed,
    }
    let mut owner = name.clone();
    let mut ttl = Duration::MAX;
    for _ in 0..CHAIN {
        let mut addresses = Vec::new();
        let mut alias = None;
        for record in response.answers.iter().filter(|record| record.name == owner) {
            match &record.data {
                RecordData::A(address) => {
                    addresses.push(*address);
                    ttl = ttl.min(record.ttl());
                }
                RecordData::Cname(target) if habits.follow_cname => alias = Some((target, record.ttl())),
                _ => {}
            }
        }
        match alias {
            _ if !addresses.is_empty() => return Answer::Addresses { addresses, ttl },
            Some((target, its_ttl)) => {
                ttl = ttl.min(its_ttl);
                owner = target.clone();
            }
            None if owner == *name => return Answer::NoAddress,
            None => return Answer::Alias { target: owner, ttl },
        }
    }
    Answer::Failed
}
