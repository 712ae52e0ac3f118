//! An NTP server (RFC 5905) that is right, wrong, or lying.

use std::collections::VecDeque;
use std::net::SocketAddrV4;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use nanorig_trace::event::Service;
use nanorig_wire::lan::sntp::{KissCode, Leap, Mode, Packet, Timestamp};

use crate::World;
use crate::directory::{Datagram, Reply, UdpService};

/// How far in the future the answers are that a client must refuse. A day: whoever takes one is seen to, and
/// certificates stay valid.
const INSANE_AHEAD_US: i64 = 86_400 * 1_000_000;

/// How a request is answered. What SNTP-02 wants refused also tells a time that is a day ahead, so that taking it
/// shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum NtpAnswer {
    /// Rightly, by the server's clock.
    #[default]
    Good,
    /// Not at all.
    Silence,
    /// With an origin timestamp that is not the request's (SNTP-02).
    BadOrigin,
    /// As a broadcast, mode 5 (SNTP-02).
    WrongMode,
    /// With stratum 0 and no kiss code (SNTP-02).
    StratumZero,
    /// With stratum 16, not synchronised (SNTP-02).
    StratumSixteen,
    /// With leap indicator 3, not synchronised (SNTP-02).
    Unsynchronized,
    /// With a zero transmit time (SNTP-02).
    ZeroTransmit,
    /// Kiss-o'-death DENY (SNTP-03).
    KissDeny,
    /// Kiss-o'-death RSTR (SNTP-03).
    KissRestrict,
    /// Kiss-o'-death RATE (SNTP-03).
    KissRate,
    /// Well-formed, but off by this many seconds (SNTP-05).
    Lie {
        /// Seconds to add, negative for the past.
        seconds: i64,
    },
}

/// A time server. Cheap to clone; clones are one server.
#[derive(Clone, Debug, Default)]
pub struct NtpServer {
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    offset_us: i64,
    delay: Duration,
    answer: NtpAnswer,
    queued: VecDeque<NtpAnswer>,
}

impl NtpServer {
    /// A server with a right clock.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Answers at `at`. A server may have several addresses.
    pub fn serve(&self, world: &World, at: SocketAddrV4) {
        world.directory.udp(at, Box::new(self.clone()));
    }

    /// Sets its clock off by `micros`, negative for slow.
    pub fn set_offset(&self, micros: i64) {
        self.lock().offset_us = micros;
    }

    /// Makes each answer travel for `delay` longer: its timestamps are those of its departure, so
    /// a client that assumes a symmetric path errs by half of it.
    pub fn set_delay(&self, delay: Duration) {
        self.lock().delay = delay;
    }

    /// How requests are answered from now on.
    pub fn set_answer(&self, answer: NtpAnswer) {
        self.lock().answer = answer;
    }

    /// Answers the next requests so, one each, before the standing answer counts again.
    pub fn queue(&self, answers: &[NtpAnswer]) {
        self.lock().queued.extend(answers);
    }

    /// Fields are set one by one and independent, so a panic elsewhere leaves them usable.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl UdpService for NtpServer {
    fn handle(&mut self, datagram: &Datagram<'_>) -> Vec<Reply> {
        let Ok(request) = Packet::decode(datagram.payload) else { return Vec::new() };
        if request.mode != Mode::CLIENT {
            return Vec::new();
        }
        let mut state = self.lock();
        let answer = state.queued.pop_front().unwrap_or(state.answer);
        let now = datagram.utc.unix_micros().saturating_add(state.offset_us);
        let reply = answer.apply(&request, now);
        reply.map(|packet| Reply::new(packet.encode().to_vec()).after(state.delay)).into_iter().collect()
    }

    fn service(&self) -> Service {
        Service::Ntp
    }
}

impl NtpAnswer {
    fn apply(self, request: &Packet, now_us: i64) -> Option<Packet> {
        let good = |micros: i64| {
            let stamp = Timestamp::from_unix_micros(micros);
            Packet::reply(request, stamp, stamp)
        };
        let insane = || good(now_us.saturating_add(INSANE_AHEAD_US));
        let kiss = |code: KissCode| Packet {
            leap: Leap::Unsynchronised,
            stratum: 0,
            reference_id: code.reference_id(),
            ..good(now_us)
        };
        Some(match self {
            Self::Good => good(now_us),
            Self::Silence => return None,
            Self::BadOrigin => {
                let packet = insane();
                Packet { origin: Timestamp(packet.origin.0 ^ 0x0000_0100_0000_0001), ..packet }
            }
            Self::WrongMode => Packet { mode: Mode::BROADCAST, ..insane() },
            Self::StratumZero => Packet { stratum: 0, reference_id: [0; 4], ..insane() },
            Self::StratumSixteen => Packet { stratum: 16, ..insane() },
            Self::Unsynchronized => Packet { leap: Leap::Unsynchronised, ..insane() },
            Self::ZeroTransmit => Packet { transmit: Timestamp::ZERO, ..insane() },
            Self::KissDeny => kiss(KissCode::Deny),
            Self::KissRestrict => kiss(KissCode::Restrict),
            Self::KissRate => kiss(KissCode::Rate),
            Self::Lie { seconds } => good(now_us.saturating_add(seconds.saturating_mul(1_000_000))),
        })
    }
}

#[cfg(test)]
mod tests;
