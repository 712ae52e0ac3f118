//! The server and what it can be told to do.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddrV4};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use nanorig_trace::event::Service;
use nanorig_wire::lan::dns::{
    Message, Name, NameError, Opcode, Question, Rcode, Record, RecordData, RecordType, UDP_LIMIT,
};

use super::tcp;
use super::zone::{Target, Zone, seconds};
use crate::directory::{Datagram, Reply, UdpService};
use crate::{Capture, World};

/// How a question is answered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Answer {
    /// From the zone.
    #[default]
    Zone,
    /// The name does not exist.
    NxDomain,
    /// The server cannot tell.
    ServFail,
    /// Not at all.
    Silence,
    /// Over UDP with the TC bit and without records, over TCP from the zone.
    Truncate,
    /// From the zone, but three forgeries that lead to `address` come first: with a wrong id, for another
    /// question, from another address.
    Spoof {
        /// Where the forgeries lead.
        address: Ipv4Addr,
    },
    /// From the zone, but `address` stands before the name's own addresses.
    Preceded {
        /// What comes first.
        address: Ipv4Addr,
    },
    /// Every name leads here: a captive portal.
    Everything {
        /// Where to.
        address: Ipv4Addr,
    },
}

/// A name server. Cheap to clone; clones are one server with one zone, which may change at any time.
#[derive(Clone, Debug)]
pub struct DnsServer {
    state: Arc<Mutex<State>>,
}

#[derive(Debug)]
struct State {
    zone: Zone,
    answer: Answer,
    /// Of questions to one of the server's addresses.
    answers: BTreeMap<Ipv4Addr, Answer>,
    delay: Duration,
    capture: Option<Capture>,
}

/// What goes back, before it is fitted to its transport.
pub(super) struct Response {
    pub(super) forgeries: Vec<Message>,
    pub(super) message: Message,
    pub(super) delay: Duration,
    truncate: bool,
}

impl Default for DnsServer {
    fn default() -> Self {
        Self::new()
    }
}

impl DnsServer {
    /// A server with an empty zone.
    #[must_use]
    pub fn new() -> Self {
        let zone = Zone { entries: BTreeMap::new(), ttl: Duration::from_secs(60) };
        let (answer, answers) = (Answer::Zone, BTreeMap::new());
        let state = State { zone, answer, answers, delay: Duration::ZERO, capture: None };
        Self { state: Arc::new(Mutex::new(state)) }
    }

    /// Answers at `at` over UDP and TCP. A server may have several addresses. The capture learns its names.
    pub fn serve(&self, world: &World, at: SocketAddrV4) {
        world.directory.udp(at, Box::new(self.clone()));
        tcp::serve(self.clone(), world, at);
        let mut state = self.lock();
        if state.capture.is_none() {
            state.capture.clone_from(&world.capture);
            state.name_captured();
        }
    }

    /// Says where `name` leads: to these addresses, in this order.
    ///
    /// # Errors
    /// It is no domain name.
    pub fn set_a(&self, name: &str, addresses: &[Ipv4Addr]) -> Result<(), NameError> {
        let name: Name = name.parse()?;
        let mut state = self.lock();
        state.zone.entry(name).target = Target::Addresses(addresses.to_vec());
        state.name_captured();
        Ok(())
    }

    /// Makes `name` an alias of `target`.
    ///
    /// # Errors
    /// One of them is no domain name.
    pub fn set_cname(&self, name: &str, target: &str) -> Result<(), NameError> {
        let (name, target) = (name.parse()?, target.parse()?);
        self.lock().zone.entry(name).target = Target::Alias(target);
        Ok(())
    }

    /// Removes `name`: it does not exist any more.
    ///
    /// # Errors
    /// It is no domain name.
    pub fn remove(&self, name: &str) -> Result<(), NameError> {
        let name: Name = name.parse()?;
        self.lock().zone.entries.remove(&name);
        Ok(())
    }

    /// Time to live of all records without one of their own. Default 60 s.
    pub fn set_ttl(&self, ttl: Duration) {
        self.lock().zone.ttl = ttl;
    }

    /// Time to live of the records of `name`; none: that of all.
    ///
    /// # Errors
    /// It is no domain name.
    pub fn set_ttl_for(&self, name: &str, ttl: Option<Duration>) -> Result<(), NameError> {
        let name = name.parse()?;
        self.lock().zone.entry(name).ttl = ttl;
        Ok(())
    }

    /// Time that each answer takes. Default 0.
    pub fn set_delay(&self, delay: Duration) {
        self.lock().delay = delay;
    }

    /// How every question is answered whose name has no answer of its own.
    pub fn set_answer(&self, answer: Answer) {
        self.lock().answer = answer;
    }

    /// How questions to the server's address `at` are answered; none: as those to its other addresses. A name's own
    /// answer comes first.
    pub fn set_answer_at(&self, at: Ipv4Addr, answer: Option<Answer>) {
        let answers = &mut self.lock().answers;
        match answer {
            Some(answer) => answers.insert(at, answer),
            None => answers.remove(&at),
        };
    }

    /// How questions for `name` are answered; none: as all others.
    ///
    /// # Errors
    /// It is no domain name.
    pub fn set_answer_for(&self, name: &str, answer: Option<Answer>) -> Result<(), NameError> {
        let name = name.parse()?;
        self.lock().zone.entry(name).answer = answer;
        Ok(())
    }

    /// The answer to a query that came to the server's address `at`, or none.
    pub(super) fn answer(&self, query: &[u8], at: Ipv4Addr) -> Option<Response> {
        let state = self.lock();
        let query = Message::decode(query).ok().filter(|query| !query.response)?;
        let whole = |message: Message| Response {
            forgeries: Vec::new(),
            message,
            delay: state.delay,
            truncate: false,
        };
        if query.opcode != Opcode::Query {
            return Some(whole(Message::reply(&query, Rcode::NotImplemented)));
        }
        let [question] = query.questions.as_slice() else {
            return Some(whole(Message::reply(&query, Rcode::FormatError)));
        };
        let own = state.zone.entries.get(&question.name).and_then(|entry| entry.answer);
        Some(match own.or_else(|| state.answers.get(&at).copied()).unwrap_or(state.answer) {
            Answer::Zone => whole(state.zone.answer(&query, question)),
            Answer::Preceded { address } => whole(preceded(state.zone.answer(&query, question), address)),
            Answer::NxDomain => whole(Message::reply(&query, Rcode::NxDomain)),
            Answer::ServFail => whole(Message::reply(&query, Rcode::ServFail)),
            Answer::Silence => return None,
            Answer::Truncate => Response { truncate: true, ..whole(state.zone.answer(&query, question)) },
            Answer::Spoof { address } => Response {
                forgeries: forgeries(&query, question, address, seconds(state.zone.ttl)),
                ..whole(state.zone.answer(&query, question))
            },
            Answer::Everything { address } => {
                let mut message = Message::reply(&query, Rcode::NoError);
                if question.kind == RecordType::A {
                    let ttl_s = seconds(state.zone.ttl);
                    message.answers = vec![Record::a(question.name.clone(), ttl_s, address)];
                }
                whole(message)
            }
        })
    }

    /// Parts of the state are replaced whole, so a panic elsewhere leaves them usable.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn name_captured(&self) {
        let Some(capture) = &self.capture else { return };
        for (name, entry) in &self.zone.entries {
            if let Target::Addresses(addresses) = &entry.target {
                addresses.iter().for_each(|ip| capture.name(*ip, name.as_str()));
            }
        }
    }
}

/// The same answer with another address before the first one.
fn preceded(mut message: Message, address: Ipv4Addr) -> Message {
    let is_address = |record: &&Record| matches!(record.data, RecordData::A(_));
    let first = message.answers.iter().position(|record| is_address(&record));
    if let Some(place) = first {
        let own = &message.answers[place];
        let other = Record::a(own.name.clone(), own.ttl_s, address);
        message.answers.insert(place, other);
    }
    message
}

/// What an attacker off the path can make (RFC 5452 9): all wrong in one point each.
fn forgeries(query: &Message, question: &Question, address: Ipv4Addr, ttl_s: u32) -> Vec<Message> {
    let mut forged = Message::reply(query, Rcode::NoError);
    forged.answers = vec![Record::a(question.name.clone(), ttl_s, address)];
    let mut wrong_id = forged.clone();
    wrong_id.id ^= 0x5555;
    let mut wrong_question = forged.clone();
    let other: Name = format!("x{}", question.name).parse().unwrap_or_else(|_| Name::root());
    wrong_question.questions[0].name = other;
    vec![wrong_id, wrong_question, forged]
}

impl UdpService for DnsServer {
    fn handle(&mut self, datagram: &Datagram<'_>) -> Vec<Reply> {
        let Some(answer) = self.answer(datagram.payload, *datagram.server.ip()) else { return Vec::new() };
        let mut message = answer.message;
        if answer.truncate {
            message.answers.clear();
            message.truncated = true;
        }
        let mut replies: Vec<Reply> =
            answer.forgeries.iter().map(|forged| Reply::new(forged.encode()).after(answer.delay)).collect();
        if let Some(last) = replies.last_mut() {
            let neighbour = Ipv4Addr::from_bits(datagram.server.ip().to_bits() ^ 1);
            last.source = Some(SocketAddrV4::new(neighbour, datagram.server.port()));
        }
        replies.push(Reply::new(message.encode_within(UDP_LIMIT)).after(answer.delay));
        replies
    }

    fn service(&self) -> Service {
        Service::Dns
    }
}
