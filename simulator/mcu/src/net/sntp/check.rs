//! Whether a reply may be believed, and what time it gives. No I/O.

use std::time::Duration;

use nanorig_trace::Utc;
use nanorig_wire::lan::sntp::{KissCode, Leap, Mode, Packet, Timestamp};

use crate::habits::SntpHabits;

/// Microseconds in an NTP era.
const ERA_US: i64 = (1 << 32) * 1_000_000;

/// What a reply says.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Verdict {
    /// It is now this time.
    Time(Utc),
    /// The server wants to be left alone, or asked less often.
    Kiss(KissCode),
    /// The reply fails a check; the word is the reason in `DeviceEvent::TimeRejected`.
    Bad(&'static str),
}

/// Judges a reply to a request that had the transmit timestamp `origin` and was sent `round_trip` ago
/// (RFC 4330 5, RFC 5905 8).
pub(super) fn judge(reply: &Packet, origin: Timestamp, round_trip: Duration, habits: &SntpHabits) -> Verdict {
    // The origin first: what does not repeat our timestamp was not made by somebody who saw the request, and
    // a forged kiss must not stop the client.
    if habits.check_origin && reply.origin != origin {
        return Verdict::Bad("origin");
    }
    if habits.check_mode && reply.mode != Mode::SERVER {
        return Verdict::Bad("mode");
    }
    if let Some(kiss) = reply.kiss_code()
        && matches!(kiss, KissCode::Deny | KissCode::Restrict | KissCode::Rate)
    {
        return Verdict::Kiss(kiss);
    }
    if habits.check_stratum && !(1..=15).contains(&reply.stratum) {
        return Verdict::Bad("stratum");
    }
    if habits.check_leap && reply.leap == Leap::Unsynchronised {
        return Verdict::Bad("leap");
    }
    if habits.check_transmit && reply.transmit.is_zero() {
        return Verdict::Bad("zero-transmit");
    }
    // T3 plus half of the way: the time that the server held the request is not part of it.
    let held = unix_micros(reply.transmit, habits) - unix_micros(reply.receive, habits);
    let travel = i64::try_from(round_trip.as_micros()).unwrap_or(i64::MAX).saturating_sub(held.max(0)).max(0);
    Verdict::Time(Utc::from_unix_micros(unix_micros(reply.transmit, habits) + travel / 2))
}

fn unix_micros(stamp: Timestamp, habits: &SntpHabits) -> i64 {
    let micros = stamp.unix_micros();
    // With the highest bit clear the era-aware reading is from 2036 on; the naive one is 136 years earlier.
    if habits.era_aware || stamp.0 >> 63 == 1 { micros } else { micros - ERA_US }
}
