//! What time the device believes it is.
//!
//! A real-time clock that starts at a fixed date, runs a little fast or slow (more so in deep sleep)
//! and is right only after somebody has set it.

use std::sync::{Mutex, MutexGuard, PoisonError};

use nanorig_trace::{Time, Utc};

/// From this date on a device takes its clock for set: 2021-01-01, the rule of .NET nanoFramework's network helper.
pub const PLAUSIBLE_FROM: Utc = Utc::from_unix_secs(1_609_459_200);

/// The device's calendar clock.
#[derive(Debug)]
pub(crate) struct DeviceClock {
    state: Mutex<State>,
    start: Utc,
    awake_ppm: f64,
    asleep_ppm: f64,
}

#[derive(Clone, Copy, Debug)]
struct State {
    /// The reading `utc` was true to itself at run time `at`.
    at: Time,
    utc: Utc,
    ppm: f64,
}

impl DeviceClock {
    /// A clock that reads `start` at `now`, and is fast by these parts per million.
    pub(crate) fn new(now: Time, start: Utc, awake_ppm: f64, asleep_ppm: f64) -> Self {
        let state = Mutex::new(State { at: now, utc: start, ppm: awake_ppm });
        Self { state, start, awake_ppm, asleep_ppm }
    }

    /// The reading at `now`.
    pub(crate) fn utc(&self, now: Time) -> Utc {
        self.lock().read(now)
    }

    /// Sets the clock; returns what it read before.
    pub(crate) fn set(&self, now: Time, utc: Utc) -> Utc {
        let mut state = self.lock();
        let before = state.read(now);
        *state = State { at: now, utc, ..*state };
        before
    }

    /// From `now` on the clock of deep sleep is used.
    pub(crate) fn sleep(&self, now: Time) {
        self.rebase(now, self.asleep_ppm);
    }

    /// From `now` on the clock of the running device is used.
    pub(crate) fn wake(&self, now: Time) {
        self.rebase(now, self.awake_ppm);
    }

    /// Supply was gone: the clock starts again.
    pub(crate) fn power_on(&self, now: Time) {
        *self.lock() = State { at: now, utc: self.start, ppm: self.awake_ppm };
    }

    fn rebase(&self, now: Time, ppm: f64) {
        let mut state = self.lock();
        *state = State { at: now, utc: state.read(now), ppm };
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn read(&self, now: Time) -> Utc {
        let elapsed = now.since(self.at);
        let drift = (elapsed.as_secs_f64() * self.ppm).round() as i64;
        (self.utc + elapsed).offset_micros(drift)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn drift_adds_up_awake_and_asleep() {
        let clock = DeviceClock::new(Time::ZERO, Utc::UNIX_EPOCH, 10.0, -10_000.0);
        assert_eq!(clock.utc(Time::from_secs(1_000)), Utc::from_unix_micros(1_000_010_000));
        clock.sleep(Time::from_secs(1_000));
        assert_eq!(clock.utc(Time::from_secs(1_100)), Utc::from_unix_micros(1_099_010_000), "1 % slow");
        clock.wake(Time::from_secs(1_100));
        assert_eq!(clock.utc(Time::from_secs(2_100)), Utc::from_unix_micros(2_099_020_000));
    }

    #[test]
    fn setting_keeps_drift_and_power_on_forgets() {
        let clock = DeviceClock::new(Time::ZERO, Utc::UNIX_EPOCH, 0.0, 0.0);
        let before = clock.set(Time::from_secs(5), Utc::from_unix_secs(1_800_000_000));
        assert_eq!(before, Utc::from_unix_secs(5));
        assert_eq!(clock.utc(Time::from_secs(6)), Utc::from_unix_secs(1_800_000_001));
        clock.power_on(Time::from_secs(7));
        assert_eq!(clock.utc(Time::from_secs(8)), Utc::from_unix_secs(1));
    }
}
