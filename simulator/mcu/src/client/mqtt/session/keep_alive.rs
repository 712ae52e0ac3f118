//! Keep Alive: when to send PINGREQ and when the server counts as dead (MQTT 3.1.2.10).

use std::time::Duration;

use nanorig_trace::Time;

use crate::habits::KeepAliveUse;

/// PINGREQ goes out after this share of the period, so that a slow link does not carry it past the end.
const SHARE: f64 = 0.75;
/// Longest wait for PINGRESP. With `SHARE` a dead peer is found within 1.25 periods.
const LONGEST_WAIT: Duration = Duration::from_secs(30);

/// The two timers of a connection's Keep Alive.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct KeepAlive {
    period: Duration,
    habit: KeepAliveUse,
    last_sent: Time,
    last_received: Time,
    /// When the unanswered PINGREQ was sent, or should have been.
    asked: Option<Time>,
}

impl KeepAlive {
    /// CONNECT was sent at `asked`, CONNACK came at `now`. A period of zero turns it off (MQTT 3.1.2.10).
    pub(super) fn new(period: Duration, habit: KeepAliveUse, asked: Time, now: Time) -> Self {
        Self { period, habit, last_sent: asked, last_received: now, asked: None }
    }

    /// A packet was handed to the network.
    pub(super) fn sent(&mut self, now: Time) {
        self.last_sent = now;
    }

    /// Any packet came. While a PINGRESP is awaited only that one counts as a sign of life.
    pub(super) fn received(&mut self, now: Time) {
        self.last_received = now;
    }

    /// PINGREQ is due, or goes out.
    pub(super) fn asks(&mut self, now: Time) {
        self.asked.get_or_insert(now);
    }

    /// PINGRESP came. True when it was awaited.
    pub(super) fn answered(&mut self) -> bool {
        self.asked.take().is_some()
    }

    /// When PINGREQ is due: nothing was sent for long, or nothing was received for long. The latter finds
    /// a dead peer although the device keeps publishing.
    pub(super) fn ping_due(&self) -> Option<Time> {
        if self.period.is_zero() {
            return None;
        }
        let wait = self.period.mul_f64(SHARE);
        let waiting = self.asked.is_some();
        match self.habit {
            KeepAliveUse::Never => None,
            // Nobody waits for an answer, so there is always a next PINGREQ.
            KeepAliveUse::IgnoresMissingPingResp | KeepAliveUse::OnlyWhenNothingSent => {
                Some(self.last_sent + wait)
            }
            // What was sent last matters even while an answer is awaited: the gap must not grow.
            KeepAliveUse::Full if waiting => Some(self.last_sent + wait),
            KeepAliveUse::Full => Some(self.last_sent.min(self.last_received) + wait),
        }
    }

    /// When a missing PINGRESP ends the connection.
    pub(super) fn pingresp_due(&self) -> Option<Time> {
        let asked = self.asked?;
        match self.habit {
            KeepAliveUse::Full | KeepAliveUse::OnlyWhenNothingSent => {
                Some(asked + LONGEST_WAIT.min(self.period / 2))
            }
            KeepAliveUse::Never | KeepAliveUse::IgnoresMissingPingResp => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PERIOD: Duration = Duration::from_secs(60);

    fn full() -> KeepAlive {
        KeepAlive::new(PERIOD, KeepAliveUse::Full, Time::ZERO, Time::ZERO)
    }

    #[test]
    fn a_ping_is_due_before_the_period_ends() {
        assert_eq!(full().ping_due(), Some(Time::from_secs(45)));
    }

    #[test]
    fn sending_alone_does_not_put_the_ping_off() {
        let mut keep_alive = full();
        keep_alive.sent(Time::from_secs(40));
        assert_eq!(keep_alive.ping_due(), Some(Time::from_secs(45)));
        keep_alive.received(Time::from_secs(40));
        assert_eq!(keep_alive.ping_due(), Some(Time::from_secs(85)));
    }

    #[test]
    fn a_dead_peer_is_found_within_one_and_a_half_periods() {
        let mut keep_alive = full();
        let ping = keep_alive.ping_due().unwrap();
        keep_alive.asks(ping);
        keep_alive.sent(ping);
        assert_eq!(keep_alive.pingresp_due(), Some(Time::from_secs(75)));
        assert!(keep_alive.pingresp_due().unwrap() <= Time::ZERO + PERIOD.mul_f64(1.5));
        assert!(keep_alive.answered());
        assert_eq!(keep_alive.pingresp_due(), None);
        assert!(!keep_alive.answered(), "a second answer was not awaited");
    }

    #[test]
    fn zero_turns_it_off() {
        let off = KeepAlive::new(Duration::ZERO, KeepAliveUse::Full, Time::ZERO, Time::ZERO);
        assert_eq!((off.ping_due(), off.pingresp_due()), (None, None));
    }

    #[test]
    fn the_habit_of_counting_sent_packets_only_never_pings_while_publishing() {
        let mut keep_alive =
            KeepAlive::new(PERIOD, KeepAliveUse::OnlyWhenNothingSent, Time::ZERO, Time::ZERO);
        keep_alive.sent(Time::from_secs(40));
        assert_eq!(keep_alive.ping_due(), Some(Time::from_secs(85)));
    }
}
