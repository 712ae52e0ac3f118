//! What names lead to.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;
use std::time::Duration;

use nanorig_wire::lan::dns::{Message, Name, Question, Rcode, Record, RecordType};

use super::server::Answer;

/// A chain longer than this is a loop.
const LONGEST_CHAIN: usize = 16;

/// Names and their records. A name exists when it has an entry.
#[derive(Debug)]
pub(super) struct Zone {
    pub(super) entries: BTreeMap<Name, Entry>,
    pub(super) ttl: Duration,
}

#[derive(Debug, Default)]
pub(super) struct Entry {
    pub(super) target: Target,
    pub(super) answer: Option<Answer>,
    pub(super) ttl: Option<Duration>,
}

/// Where a name leads.
#[derive(Debug, Default)]
pub(super) enum Target {
    /// Nowhere: it has an entry for its answer only.
    #[default]
    Nothing,
    Addresses(Vec<Ipv4Addr>),
    Alias(Name),
}

impl Zone {
    /// The answer to a question, following aliases as a recursive server does (RFC 1034 4.3.2).
    pub(super) fn answer(&self, query: &Message, question: &Question) -> Message {
        let mut records = Vec::new();
        let mut name = question.name.clone();
        let mut rcode = Rcode::NoError;
        loop {
            let Some(entry) = self.entries.get(&name) else {
                rcode = Rcode::NxDomain;
                break;
            };
            let ttl_s = seconds(entry.ttl.unwrap_or(self.ttl));
            match &entry.target {
                Target::Nothing => {
                    rcode = Rcode::NxDomain;
                    break;
                }
                Target::Addresses(addresses) => {
                    if matches!(question.kind, RecordType::A | RecordType::ANY) {
                        records.extend(addresses.iter().map(|ip| Record::a(name.clone(), ttl_s, *ip)));
                    }
                    break;
                }
                Target::Alias(target) => {
                    records.push(Record::cname(name.clone(), ttl_s, target.clone()));
                    if question.kind == RecordType::CNAME {
                        break;
                    }
                    name = target.clone();
                }
            }
            if records.len() > LONGEST_CHAIN {
                records.clear();
                rcode = Rcode::ServFail;
                break;
            }
        }
        let mut reply = Message::reply(query, rcode);
        reply.answers = records;
        reply
    }

    pub(super) fn entry(&mut self, name: Name) -> &mut Entry {
        self.entries.entry(name).or_default()
    }
}

/// RFC 2181 8: at most 2^31 - 1.
pub(super) fn seconds(ttl: Duration) -> u32 {
    u32::try_from(ttl.as_secs()).unwrap_or(u32::MAX).min(i32::MAX.cast_unsigned())
}
