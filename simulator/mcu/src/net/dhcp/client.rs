//! The DHCP state machine (RFC 2131 4.4), without I/O.
//!
//! | state | what it waits for | timer | an ACK | a NAK |
//! |---|---|---|---|---|
//! | `Init` | - | `start`: to `Selecting` | - | - |
//! | `Selecting` | an OFFER: to `Requesting` | `repeat` DISCOVER | - | - |
//! | `Requesting` | ACK or NAK | `repeat` REQUEST, then `Init` | `Bound` | `Init` |
//! | `Bound` | - | T1: to `Renewing` | - | - |
//! | `Renewing` | ACK or NAK | `repeat`; T2: to `Rebinding` | `Bound` | `Init` |
//! | `Rebinding` | ACK or NAK | `repeat`; end of lease: to `Init` | `Bound` | `Init` |
//!
//! Times of a lease count from the moment its REQUEST was sent (RFC 2131 4.4.1).

use std::net::Ipv4Addr;
use std::time::Duration;

use nanorig_trace::Time;
use nanorig_wire::lan::dhcp::{Kind, Message, Op};
use nanorig_world::Stream;
use nanorig_world::segment::is_host_address;

use crate::habits::DhcpHabits;
use crate::net::Address;

/// REQUESTs without an answer before the client begins again (RFC 2131 3.1 step 5).
const REQUESTS: u32 = 4;
/// Shortest wait between two REQUESTs while a lease runs (RFC 2131 4.4.5).
const LEASED_REPEAT: Duration = Duration::from_secs(60);
/// Pause after an offer that was withdrawn, so that client and server do not loop at full speed.
const AFTER_NAK: Duration = Duration::from_secs(1);
/// What the client asks for: mask, router, DNS, lease time, T1, T2.
const WANTED: [u8; 6] = [1, 3, 6, 51, 58, 59];

/// What the caller shall do.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Output {
    /// Send this message to port 67 of `to`; to everybody when that is 255.255.255.255.
    Send { message: Box<Message>, to: Ipv4Addr },
    /// The next repetition is planned.
    Retry { attempt: u32, delay: Duration },
    /// Use this address from now on.
    Use(Address),
    /// Stop using the address; the reason as in `DeviceEvent::AddressLost`.
    Lost(&'static str),
}

/// A lease as granted.
#[derive(Clone, Debug, PartialEq)]
struct Lease {
    address: Address,
    server: Ipv4Addr,
    /// None for a lease for ever.
    times: Option<LeaseTimes>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
struct LeaseTimes {
    t1: Time,
    t2: Time,
    end: Time,
}

/// A message that is repeated until somebody answers.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Attempt {
    xid: u32,
    /// How often it was sent.
    sent: u32,
    last: Time,
    repeat: Time,
}

/// The offer that is asked for.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Chosen {
    ip: Ipv4Addr,
    server: Ipv4Addr,
    /// `secs` of the DISCOVER that was answered, which each REQUEST repeats (RFC 2131 3.1 step 3).
    secs: u16,
}

#[derive(Clone, Debug, PartialEq)]
enum State {
    Init { start: Time },
    Selecting(Attempt),
    Requesting { attempt: Attempt, chosen: Chosen },
    Bound(Lease),
    Renewing { attempt: Attempt, lease: Lease },
    Rebinding { attempt: Attempt, lease: Lease },
}

/// A DHCP client.
pub(super) struct Client {
    mac: [u8; 6],
    habits: DhcpHabits,
    rng: Stream,
    state: State,
    /// When the present search for an address or its renewal began, for `secs`.
    began: Time,
    /// What the first lease brought, for a firmware that sticks to it.
    first: Option<Address>,
}

impl Client {
    /// A client that sends its first DISCOVER at `now`.
    pub(super) fn new(now: Time, mac: [u8; 6], habits: DhcpHabits, rng: Stream) -> Self {
        Self { mac, habits, rng, state: State::Init { start: now }, began: now, first: None }
    }

    /// When [`poll`](Self::poll) has something to do next; none when never.
    pub(super) fn next_deadline(&self) -> Option<Time> {
        match &self.state {
            State::Init { start } => Some(*start),
            State::Selecting(attempt) | State::Requesting { attempt, .. } => Some(attempt.repeat),
            State::Bound(lease) => lease.times.and_then(|times| self.after_bound(times)),
            State::Renewing { attempt, lease } => lease.times.map(|times| {
                let t2 = self.habits.rebind_at_t2.then_some(times.t2);
                attempt.repeat.min(t2.or(self.expiry(times)).unwrap_or(attempt.repeat))
            }),
            State::Rebinding { attempt, lease } => {
                lease.times.map(|times| attempt.repeat.min(self.expiry(times).unwrap_or(attempt.repeat)))
            }
        }
    }

    /// What the timers ask for at `now`.
    pub(super) fn poll(&mut self, now: Time) -> Vec<Output> {
        if self.next_deadline().is_none_or(|deadline| now < deadline) {
            return Vec::new();
        }
        match self.state.clone() {
            State::Init { .. } => {
                self.began = now;
                let attempt = self.first_attempt(now);
                self.discover(attempt)
            }
            State::Selecting(attempt) => {
                let attempt = self.repeated(attempt, now);
                self.discover(attempt)
            }
            State::Requesting { attempt, .. } if attempt.sent >= REQUESTS => self.restart(now, now),
            State::Requesting { attempt, chosen } => {
                let attempt = self.repeated(attempt, now);
                self.request(attempt, chosen)
            }
            State::Bound(lease) => {
                self.began = now;
                let attempt = Attempt { xid: self.xid(), sent: 0, last: now, repeat: now };
                match lease.times {
                    Some(times) if now >= times.end && self.habits.obey_expiry => self.expire(now),
                    Some(times) if now >= times.t2 && self.habits.rebind_at_t2 => {
                        self.rebind(attempt, lease, now)
                    }
                    _ => self.renew(attempt, lease, now),
                }
            }
            State::Renewing { attempt, lease } => match lease.times {
                Some(times) if now >= times.end && self.habits.obey_expiry => self.expire(now),
                Some(times) if now >= times.t2 && self.habits.rebind_at_t2 => {
                    self.rebind(attempt, lease, now)
                }
                _ => self.renew(attempt, lease, now),
            },
            State::Rebinding { attempt, lease } => match lease.times {
                Some(times) if now >= times.end && self.habits.obey_expiry => self.expire(now),
                _ => self.rebind(attempt, lease, now),
            },
        }
    }

    /// A message from a server arrived.
    pub(super) fn handle(&mut self, now: Time, message: &Message) -> Vec<Output> {
        let ours = message.op == Op::BootReply && message.chaddr == self.mac;
        if !ours || self.state.xid() != Some(message.xid) {
            return Vec::new();
        }
        match (self.state.clone(), message.kind) {
            (State::Selecting(attempt), Kind::Offer) => {
                let Some(server) = message.options.server_id else { return Vec::new() };
                if !is_host_address(message.yiaddr) {
                    return Vec::new();
                }
                let chosen = Chosen { ip: message.yiaddr, server, secs: self.secs(&attempt) };
                // The REQUEST keeps the transaction id of the offer (RFC 2131 4.4.1).
                let attempt = Attempt { xid: attempt.xid, ..self.first_attempt(now) };
                self.request(attempt, chosen)
            }
            (State::Requesting { attempt, chosen }, Kind::Ack) => {
                self.bind(message, attempt, chosen.server, None)
            }
            (State::Renewing { attempt, lease } | State::Rebinding { attempt, lease }, Kind::Ack) => {
                let server = message.options.server_id.unwrap_or(lease.server);
                self.bind(message, attempt, server, Some(&lease.address))
            }
            (State::Requesting { .. }, Kind::Nak) => self.restart(now, now + AFTER_NAK),
            (State::Renewing { .. } | State::Rebinding { .. }, Kind::Nak) if self.habits.obey_nak => {
                let mut outputs = vec![Output::Lost("nak")];
                outputs.extend(self.restart(now, now));
                outputs
            }
            _ => Vec::new(),
        }
    }

    fn discover(&mut self, attempt: Attempt) -> Vec<Output> {
        let mut message = self.message(Kind::Discover, &attempt);
        message.options.parameter_request = WANTED.to_vec();
        self.state = State::Selecting(attempt);
        broadcast(message, &attempt)
    }

    fn request(&mut self, attempt: Attempt, chosen: Chosen) -> Vec<Output> {
        let mut message = self.message(Kind::Request, &attempt);
        message.secs = chosen.secs;
        // RFC 2131 4.3.2, SELECTING: both options, `ciaddr` zero.
        message.options.requested_address = Some(chosen.ip);
        message.options.server_id = Some(chosen.server);
        message.options.parameter_request = WANTED.to_vec();
        self.state = State::Requesting { attempt, chosen };
        broadcast(message, &attempt)
    }

    fn renew(&mut self, attempt: Attempt, lease: Lease, now: Time) -> Vec<Output> {
        let until =
            lease.times.map_or(now, |times| if self.habits.rebind_at_t2 { times.t2 } else { times.end });
        let attempt = leased_attempt(attempt, now, until);
        let message = self.keep(&attempt, &lease);
        let to = lease.server;
        self.state = State::Renewing { attempt, lease };
        vec![Output::Send { message: message.into(), to }]
    }

    fn rebind(&mut self, attempt: Attempt, lease: Lease, now: Time) -> Vec<Output> {
        let attempt = leased_attempt(attempt, now, lease.times.map_or(now, |times| times.end));
        let message = self.keep(&attempt, &lease);
        self.state = State::Rebinding { attempt, lease };
        vec![Output::Send { message: message.into(), to: Ipv4Addr::BROADCAST }]
    }

    /// A REQUEST to keep an address: `ciaddr` and no options that name it (RFC 2131 4.3.2, RENEWING and REBINDING).
    fn keep(&self, attempt: &Attempt, lease: &Lease) -> Message {
        let mut message = self.message(Kind::Request, attempt);
        message.ciaddr = lease.address.ip;
        message.options.parameter_request = WANTED.to_vec();
        message
    }

    fn bind(
        &mut self,
        ack: &Message,
        attempt: Attempt,
        server: Ipv4Addr,
        before: Option<&Address>,
    ) -> Vec<Output> {
        let seconds = match ack.options.lease_time_s {
            // RFC 2131 4.3.1: the server must say it. Without it, and with zero, there is nothing to use.
            None | Some(0) => return Vec::new(),
            seconds => seconds.filter(|seconds| *seconds != u32::MAX),
        };
        if !is_host_address(ack.yiaddr) {
            return Vec::new(); // It is not for a peer to say that the device shall be a group of hosts.
        }
        let times = seconds.map(|seconds| lease_times(ack, attempt.last, seconds));
        let mask = ack.options.subnet_mask.map_or(u32::MAX << 8, u32::from);
        let mut address = Address {
            ip: ack.yiaddr,
            prefix: u8::try_from(mask.leading_ones()).expect("an address has 32 bits"),
            gateway: ack.options.routers.iter().copied().find(|router| is_host_address(*router)),
            dns: ack.options.dns_servers.clone(),
            lease: seconds.map(|seconds| Duration::from_secs(u64::from(seconds))),
        };
        let first = self.first.get_or_insert_with(|| address.clone());
        if !self.habits.use_leased_values {
            address.gateway = first.gateway;
            address.dns.clone_from(&first.dns);
        }
        let changed = before.is_some_and(|before| before.ip != address.ip);
        self.state = State::Bound(Lease { address: address.clone(), server, times });
        let mut outputs = Vec::new();
        if changed {
            outputs.push(Output::Lost("expired"));
        }
        outputs.push(Output::Use(address));
        outputs
    }

    fn expire(&mut self, now: Time) -> Vec<Output> {
        let mut outputs = vec![Output::Lost("expired")];
        outputs.extend(self.restart(now, now));
        outputs
    }

    fn restart(&mut self, now: Time, start: Time) -> Vec<Output> {
        self.state = State::Init { start };
        self.poll(now)
    }

    /// The first timer of a lease; none for a firmware that never asks again.
    fn after_bound(&self, times: LeaseTimes) -> Option<Time> {
        let t1 = self.habits.renew_at_t1.then_some(times.t1);
        let t2 = self.habits.rebind_at_t2.then_some(times.t2);
        t1.or(t2).or(self.expiry(times))
    }

    fn expiry(&self, times: LeaseTimes) -> Option<Time> {
        self.habits.obey_expiry.then_some(times.end)
    }

    fn message(&self, kind: Kind, attempt: &Attempt) -> Message {
        let mut message = Message::request(kind, attempt.xid, self.mac);
        message.secs = self.secs(attempt);
        let hardware = [1].into_iter().chain(self.mac);
        message.options.client_id = Some(hardware.collect::<Vec<u8>>().into());
        message
    }

    /// Seconds from the beginning until the message was last sent.
    fn secs(&self, attempt: &Attempt) -> u16 {
        u16::try_from(attempt.last.since(self.began).as_secs()).unwrap_or(u16::MAX)
    }

    fn first_attempt(&self, now: Time) -> Attempt {
        Attempt { xid: self.xid(), sent: 1, last: now, repeat: now + self.wait(0) }
    }

    fn repeated(&self, attempt: Attempt, now: Time) -> Attempt {
        let repeat = now + self.wait(attempt.sent);
        Attempt { sent: attempt.sent + 1, last: now, repeat, ..attempt }
    }

    /// The wait after the message that was sent for the `n`th time, counted from 0 (RFC 2131 4.1).
    fn wait(&self, n: u32) -> Duration {
        let habits = &self.habits;
        let doubled = if habits.back_off {
            habits
                .first_wait
                .saturating_mul(1_u32.checked_shl(n).unwrap_or(u32::MAX))
                .min(habits.longest_wait)
        } else {
            habits.first_wait
        };
        (doubled + self.rng.up_to(habits.jitter * 2)).saturating_sub(habits.jitter)
    }

    fn xid(&self) -> u32 {
        self.rng.u32()
    }
}

impl State {
    fn xid(&self) -> Option<u32> {
        match self {
            Self::Init { .. } | Self::Bound(_) => None,
            Self::Selecting(attempt)
            | Self::Requesting { attempt, .. }
            | Self::Renewing { attempt, .. }
            | Self::Rebinding { attempt, .. } => Some(attempt.xid),
        }
    }
}

fn broadcast(message: Message, attempt: &Attempt) -> Vec<Output> {
    let mut outputs = vec![Output::Send { message: message.into(), to: Ipv4Addr::BROADCAST }];
    if attempt.sent > 1 {
        outputs.push(Output::Retry { attempt: attempt.sent, delay: attempt.repeat.since(attempt.last) });
    }
    outputs
}

/// Half of the remaining time, but not less than a minute (RFC 2131 4.4.5).
fn leased_attempt(attempt: Attempt, now: Time, until: Time) -> Attempt {
    let repeat = now + (until.since(now) / 2).max(LEASED_REPEAT);
    Attempt { sent: attempt.sent + 1, last: now, repeat, ..attempt }
}

/// T1 and T2 as the server says, when they make sense, else half and seven eighths (RFC 2131 4.4.5).
fn lease_times(ack: &Message, from: Time, lease_s: u32) -> LeaseTimes {
    let lease = Duration::from_secs(u64::from(lease_s));
    let said = |seconds: Option<u32>| seconds.map(|seconds| Duration::from_secs(u64::from(seconds)));
    let (t1, t2) = match (said(ack.options.renewal_time_s), said(ack.options.rebinding_time_s)) {
        (Some(t1), Some(t2)) if t1 < t2 && t2 < lease => (t1, t2),
        _ => (lease / 2, lease * 7 / 8),
    };
    LeaseTimes { t1: from + t1, t2: from + t2, end: from + lease }
}
