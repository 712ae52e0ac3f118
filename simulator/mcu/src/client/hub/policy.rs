//! What to do after a connection ended or was not made. No I/O.

use std::time::Duration;

use nanorig_world::Stream;

use super::status::ConnectionStatus;
use crate::client::Backoff;
use crate::habits::{ReconnectHabits, UnauthorizedUse};

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Setback {
    /// No connection: network, TLS, time-out, CONNACK 3, out of memory.
    Unreachable,
    /// CONNACK 4 or 5.
    Unauthorized,
    /// CONNACK 1 or 2: the configuration is wrong.
    Misconfigured,
    /// DPS refused the device for good.
    NotProvisioned,
    /// A connection was lost after it had lived this long, cut by the other side.
    Cut(Duration),
    /// A connection was lost after it had lived this long, by a time-out or by the device itself.
    Lost(Duration),
}

/// What to do about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Plan {
    /// Wait this long before the next attempt.
    pub(super) delay: Duration,
    /// Status until then.
    pub(super) status: ConnectionStatus,
    /// Set the clock before the next token is signed.
    pub(super) set_clock: bool,
    /// Ask DPS before the next attempt.
    pub(super) provision: bool,
}

/// The firmware's reconnection policy: grows delays and remembers what was tried.
#[derive(Debug)]
pub(super) struct Policy {
    habits: ReconnectHabits,
    backoff: Backoff,
    slow: Backoff,
    has_provisioning: bool,
    has_secondary: bool,
    /// Refusals in a row.
    refusals: u32,
    /// Attempts in a row that failed, since DPS was asked.
    failures: u32,
    /// DPS was asked because of a refusal, and the hub has not accepted the device since.
    provisioned: bool,
    pub(super) use_secondary: bool,
}

impl Policy {
    pub(super) fn new(
        habits: &ReconnectHabits,
        rng: &Stream,
        has_provisioning: bool,
        has_secondary: bool,
    ) -> Self {
        Self {
            habits: habits.clone(),
            backoff: Backoff::new(habits, rng.clone()),
            slow: Backoff::slow(habits, rng.clone()),
            has_provisioning,
            has_secondary,
            refusals: 0,
            failures: 0,
            provisioned: false,
            use_secondary: false,
        }
    }

    /// Number of the next attempt since the last lasting connection, counted from 1.
    pub(super) fn attempt(&self) -> u32 {
        (self.backoff.failures() + self.slow.failures()).max(1)
    }

    /// The hub has accepted the device. Delays start afresh only when the connection proves to last.
    pub(super) fn connected(&mut self) {
        (self.refusals, self.failures, self.provisioned) = (0, 0, false);
        self.slow.reset();
    }

    /// DPS has assigned the device.
    pub(super) fn provisioned(&mut self) {
        (self.refusals, self.failures, self.provisioned) = (0, 0, true);
    }

    /// Decides.
    pub(super) fn after(&mut self, setback: Setback) -> Plan {
        let mut plan = Plan {
            delay: Duration::ZERO,
            status: ConnectionStatus::Reconnecting,
            set_clock: false,
            provision: false,
        };
        match setback {
            Setback::Unreachable => {
                self.failures += 1;
                plan.delay = self.backoff.failed();
            }
            Setback::Unauthorized => self.refused(&mut plan),
            Setback::Misconfigured | Setback::NotProvisioned => {
                self.failures += 1;
                plan.status = ConnectionStatus::Failed;
                plan.delay = self.slow.failed();
            }
            Setback::Cut(lived) | Setback::Lost(lived) if lived >= self.habits.stable_after => {
                self.backoff.reset();
                plan.delay = self.backoff.failed();
            }
            Setback::Cut(_) => plan.delay = self.backoff.displaced(),
            Setback::Lost(_) => plan.delay = self.backoff.failed(),
        }
        if self.habits.fights_for_identity && matches!(setback, Setback::Cut(_)) {
            plan.delay = Duration::ZERO;
        }
        if let Some(limit) = self.habits.reprovision_after
            && self.has_provisioning
            && self.failures >= limit
        {
            self.failures = 0;
            plan.provision = true;
        }
        plan
    }

    /// CONNACK 4 or 5: a new token once (with the other key, if there is one), then DPS once, then slowly.
    fn refused(&mut self, plan: &mut Plan) {
        self.failures += 1;
        self.refusals += 1;
        if self.habits.unauthorized == UnauthorizedUse::Hammer {
            plan.delay = Duration::from_millis(200);
            return;
        }
        if self.has_secondary {
            self.use_secondary = !self.use_secondary;
        }
        let asks_dps =
            self.has_provisioning && self.habits.unauthorized == UnauthorizedUse::NewTokenThenProvision;
        match self.refusals {
            1 if !self.provisioned => {
                plan.set_clock = true;
                plan.delay = self.backoff.failed();
            }
            _ if asks_dps && !self.provisioned => {
                plan.provision = true;
                plan.delay = self.backoff.failed();
            }
            _ => {
                plan.status = ConnectionStatus::Failed;
                plan.delay = self.slow.failed();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use nanorig_world::Random;

    use super::*;

    fn policy(dps: bool, secondary: bool) -> Policy {
        Policy::new(&ReconnectHabits::default(), &Random::new(7).stream("device"), dps, secondary)
    }

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn a_refusal_leads_to_a_new_token_then_to_dps_then_to_slow_retries() {
        let mut policy = policy(true, false);
        let first = policy.after(Setback::Unauthorized);
        assert!(first.set_clock && !first.provision && first.delay >= SECOND);
        let second = policy.after(Setback::Unauthorized);
        assert!(!second.set_clock && second.provision);
        policy.provisioned();
        for _ in 0..6 {
            let later = policy.after(Setback::Unauthorized);
            assert_eq!(later.status, ConnectionStatus::Failed);
            assert!(later.delay >= SECOND * 60 && !later.provision, "{later:?}");
        }
        policy.connected();
        assert!(policy.after(Setback::Unauthorized).set_clock, "from the start again");
    }

    #[test]
    fn without_dps_the_second_refusal_is_slow() {
        let mut policy = policy(false, false);
        assert_eq!(policy.after(Setback::Unauthorized).status, ConnectionStatus::Reconnecting);
        let second = policy.after(Setback::Unauthorized);
        assert_eq!(second.status, ConnectionStatus::Failed);
        assert!(second.delay >= SECOND * 60);
    }

    #[test]
    fn keys_are_tried_in_turn() {
        let mut policy = policy(false, true);
        policy.after(Setback::Unauthorized);
        assert!(policy.use_secondary);
        policy.after(Setback::Unauthorized);
        assert!(!policy.use_secondary);
    }

    #[test]
    fn ten_failures_lead_to_dps() {
        let mut policy = policy(true, false);
        let asked: Vec<_> = (0..20).map(|_| policy.after(Setback::Unreachable).provision).collect();
        let expected: Vec<_> = (1..=20).map(|n| n % 10 == 0).collect();
        assert_eq!(asked, expected);
    }

    #[test]
    fn a_short_connection_does_not_start_the_delays_afresh() {
        let mut policy = policy(false, false);
        let mut last = Duration::ZERO;
        for _ in 0..3 {
            policy.connected();
            let delay = policy.after(Setback::Cut(SECOND * 2)).delay;
            assert!(delay > last, "{delay:?} after {last:?}");
            last = delay;
        }
        policy.connected();
        assert!(policy.after(Setback::Cut(SECOND * 60)).delay <= SECOND * 3, "a lasting one does");
    }

    #[test]
    fn habits_hammer_and_fight() {
        let habits = ReconnectHabits {
            unauthorized: UnauthorizedUse::Hammer,
            fights_for_identity: true,
            ..ReconnectHabits::default()
        };
        let mut policy = Policy::new(&habits, &Random::new(7).stream("device"), true, false);
        for _ in 0..5 {
            assert!(policy.after(Setback::Unauthorized).delay < SECOND);
            assert_eq!(policy.after(Setback::Cut(SECOND)).delay, Duration::ZERO);
        }
    }
}
