//! The order of questions: which server, when, and when an answer is enough. No I/O.
//!
//! | state | timer | a good reply |
//! |---|---|---|
//! | `Idle` | `next`: a round begins with the first server that may be asked | (late) sets a clock that was never set |
//! | `Waiting` | `give_up`: the next server, or the round's end | enough: set; else the next server |
//!
//! A round ends with the clock set, or with the next round after a pause that grows.

use std::net::SocketAddrV4;
use std::time::Duration;

use nanorig_trace::{Time, Utc};
use nanorig_wire::lan::sntp::{KissCode, Packet, Timestamp};

use super::check::{Verdict, judge};
use crate::habits::SntpHabits;

/// Longest pause after a round without result (15 min, as .NET nanoFramework's).
const LONGEST_RETRY: Duration = Duration::from_secs(900);
/// How far two servers may be apart and still agree.
const AGREEMENT: Duration = Duration::from_secs(5);
/// How long after its request a reply is still looked at.
const LATE: Duration = Duration::from_secs(120);

/// What the caller shall do.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Output {
    /// Find the address of this server and tell [`Client::sent`] or [`Client::unreachable`].
    Ask { server: usize },
    /// Set the clock.
    Set { utc: Utc, server: usize },
    /// Record that this server's reply was not used.
    Rejected { server: usize, reason: &'static str },
}

/// What the client knows of the device's clock when a reply arrives.
#[derive(Clone, Copy, Debug)]
pub(super) struct DeviceTime {
    /// What it shows.
    pub(super) utc: Utc,
    /// Whether anybody has set it.
    pub(super) valid: bool,
}

#[derive(Clone, Debug)]
struct Server {
    /// Told to stop.
    banned: bool,
    /// Least time between two questions.
    gap: Duration,
    last: Option<Time>,
}

/// A question that may still be answered.
#[derive(Clone, Copy, Debug)]
struct Question {
    server: usize,
    address: SocketAddrV4,
    origin: Timestamp,
    sent: Time,
}

#[derive(Clone, Copy, Debug)]
enum State {
    Idle { next: Time },
    Waiting { server: usize, give_up: Time },
}

/// A time that a server gave, as the offset to the run's clock, so that it stays true.
#[derive(Clone, Copy, Debug)]
struct Sample {
    server: usize,
    utc: Utc,
    at: Time,
}

/// A time client.
pub(super) struct Client {
    habits: SntpHabits,
    servers: Vec<Server>,
    state: State,
    open: Vec<Question>,
    /// Servers of this round that were asked.
    asked: Vec<usize>,
    samples: Vec<Sample>,
    retry: Duration,
}

impl Client {
    /// A client of `servers` servers whose first round begins at `first`.
    pub(super) fn new(first: Time, servers: usize, habits: SntpHabits) -> Self {
        let server = Server { banned: false, gap: habits.least_gap, last: None };
        Self {
            retry: habits.least_gap,
            servers: vec![server; servers],
            state: State::Idle { next: first },
            open: Vec::new(),
            asked: Vec::new(),
            samples: Vec::new(),
            habits,
        }
    }

    /// When [`poll`](Self::poll) has something to do next; none when no server may be asked any more.
    pub(super) fn next_deadline(&self) -> Option<Time> {
        match self.state {
            State::Idle { .. } if self.servers.iter().all(|server| server.banned) => None,
            State::Idle { next } => Some(next),
            State::Waiting { give_up, .. } => Some(give_up),
        }
    }

    /// Begins a round as soon as a server may be asked; after a round that runs, does not pause long.
    pub(super) fn hurry(&mut self, now: Time) {
        self.retry = self.habits.least_gap;
        if let State::Idle { next } = &mut self.state {
            *next = (*next).min(now);
        }
    }

    /// What the timers ask for at `now`.
    pub(super) fn poll(&mut self, now: Time, device: DeviceTime) -> Vec<Output> {
        if self.next_deadline().is_none_or(|deadline| now < deadline) {
            return Vec::new();
        }
        self.open.retain(|question| now.since(question.sent) < LATE);
        match self.state {
            State::Idle { .. } => {
                self.asked.clear();
                self.samples.clear();
                match self.next_server(now) {
                    Some(server) => self.ask(server, now),
                    None => {
                        self.state = State::Idle { next: self.first_allowed(now) };
                        Vec::new()
                    }
                }
            }
            State::Waiting { .. } => self.go_on(now, device),
        }
    }

    /// The request to the server of [`Output::Ask`] has left with this transmit timestamp.
    pub(super) fn sent(&mut self, server: usize, address: SocketAddrV4, origin: Timestamp, now: Time) {
        self.servers[server].last = Some(now);
        self.open.push(Question { server, address, origin, sent: now });
        self.state = State::Waiting { server, give_up: now + self.habits.wait };
    }

    /// The server of [`Output::Ask`] has no address, or nothing could be sent.
    pub(super) fn unreachable(&mut self, now: Time, device: DeviceTime) -> Vec<Output> {
        self.go_on(now, device)
    }

    /// A datagram arrived.
    pub(super) fn handle(
        &mut self,
        now: Time,
        from: SocketAddrV4,
        datagram: &[u8],
        device: DeviceTime,
    ) -> Vec<Output> {
        let reply = Packet::decode(datagram);
        let Some(question) = self.question_of(from, reply.as_ref().ok()) else { return Vec::new() };
        let rejected = |reason| vec![Output::Rejected { server: question.server, reason }];
        if self.habits.check_source && from != question.address {
            return rejected("source");
        }
        let Ok(reply) = reply else { return rejected("malformed") };
        match judge(&reply, question.origin, now.since(question.sent), &self.habits) {
            Verdict::Bad(reason) => rejected(reason),
            Verdict::Kiss(kiss) => {
                let mut outputs = rejected(match kiss {
                    KissCode::Deny => "kiss-deny",
                    KissCode::Restrict => "kiss-rstr",
                    _ => "kiss-rate",
                });
                self.close(&question);
                self.obey(question.server, kiss);
                if self.is_waiting_for(question.server) {
                    outputs.extend(self.go_on(now, device));
                }
                outputs
            }
            Verdict::Time(utc) => {
                self.close(&question);
                let sample = Sample { server: question.server, utc, at: now };
                match self.state {
                    State::Waiting { server, .. } => {
                        self.samples.push(sample);
                        if server == question.server { self.go_on(now, device) } else { Vec::new() }
                    }
                    // Too late for its round. A clock that was never set can only win by it.
                    State::Idle { .. } if !device.valid => self.set(sample, now),
                    State::Idle { .. } => Vec::new(),
                }
            }
        }
    }

    /// The question that a datagram answers: by its origin timestamp, else by the sender, else the one
    /// that is waited for.
    fn question_of(&self, from: SocketAddrV4, reply: Option<&Packet>) -> Option<Question> {
        let by_origin = self.open.iter().find(|question| reply.is_some_and(|r| r.origin == question.origin));
        let by_sender = || self.open.iter().rev().find(|question| question.address == from);
        let waiting = || self.open.iter().rev().find(|question| self.is_waiting_for(question.server));
        by_origin.or_else(by_sender).or_else(waiting).copied()
    }

    fn close(&mut self, question: &Question) {
        self.open.retain(|open| open.origin != question.origin);
    }

    fn is_waiting_for(&self, wanted: usize) -> bool {
        matches!(self.state, State::Waiting { server, .. } if server == wanted)
    }

    fn obey(&mut self, server: usize, kiss: KissCode) {
        if !self.habits.obey_kiss {
            return;
        }
        let server = &mut self.servers[server];
        match kiss {
            KissCode::Rate => server.gap = server.gap.max(self.habits.least_gap).saturating_mul(2),
            _ => server.banned = true,
        }
    }

    /// The server that was asked has answered or will not: set the clock, ask another, or end the round.
    fn go_on(&mut self, now: Time, device: DeviceTime) -> Vec<Output> {
        if let Some(sample) = self.enough(now, device) {
            return self.set(sample, now);
        }
        if let Some(server) = self.next_server(now) {
            return self.ask(server, now);
        }
        match self.samples[..] {
            // The only voice there is: better than a clock that was never set, and nobody contradicts.
            [only] if !device.valid || self.servers.len() == 1 => self.set(only, now),
            _ => self.fail(now),
        }
    }

    /// A sample that may be used without a further question.
    fn enough(&self, now: Time, device: DeviceTime) -> Option<Sample> {
        let last = *self.samples.last()?;
        let Some(limit) = self.habits.step_needs_agreement else { return Some(last) };
        let step = last.utc.micros_since(device.utc).unsigned_abs();
        if device.valid && u128::from(step) <= limit.as_micros() {
            return Some(last);
        }
        let others = &self.samples[..self.samples.len() - 1];
        others.iter().find(|other| other.agrees(&last, now)).map(|_| last)
    }

    fn set(&mut self, sample: Sample, now: Time) -> Vec<Output> {
        self.retry = self.habits.least_gap;
        self.state = State::Idle { next: now + self.habits.poll };
        let outvoted = self.samples.drain(..).filter(|other| !other.agrees(&sample, now));
        let mut outputs: Vec<_> =
            outvoted.map(|other| Output::Rejected { server: other.server, reason: "disagreement" }).collect();
        outputs.push(Output::Set { utc: sample.at(now), server: sample.server });
        outputs
    }

    fn fail(&mut self, now: Time) -> Vec<Output> {
        let reason = if self.samples.len() > 1 { "disagreement" } else { "unconfirmed-step" };
        let samples = std::mem::take(&mut self.samples);
        let next = (now + self.retry).max(self.first_allowed(now));
        self.retry = (self.retry * 2).min(LONGEST_RETRY);
        self.state = State::Idle { next };
        samples.iter().map(|sample| Output::Rejected { server: sample.server, reason }).collect()
    }

    fn ask(&mut self, server: usize, now: Time) -> Vec<Output> {
        self.asked.push(server);
        self.state = State::Waiting { server, give_up: now + self.habits.wait };
        vec![Output::Ask { server }]
    }

    /// The next server of this round that may be asked at `now`.
    fn next_server(&self, now: Time) -> Option<usize> {
        let usable = self.servers.iter().enumerate().filter(|(_, server)| !server.banned);
        let count = if self.habits.use_second_server { usize::MAX } else { 1 };
        let allowed = |server: &Server| server.last.is_none_or(|last| now.since(last) >= server.gap);
        usable
            .take(count)
            .find(|(index, server)| !self.asked.contains(index) && allowed(server))
            .map(|(index, _)| index)
    }

    /// When a server that was not told to stop may be asked again.
    fn first_allowed(&self, now: Time) -> Time {
        let usable = self.servers.iter().filter(|server| !server.banned);
        let times = usable.map(|server| server.last.map_or(now, |last| last + server.gap));
        times.min().unwrap_or(now + LONGEST_RETRY).max(now)
    }
}

impl Sample {
    /// What the server's clock shows at `now`.
    fn at(&self, now: Time) -> Utc {
        self.utc + now.since(self.at)
    }

    fn agrees(&self, other: &Self, now: Time) -> bool {
        let apart = self.at(now).micros_since(other.at(now)).unsigned_abs();
        u128::from(apart) <= AGREEMENT.as_micros()
    }
}
