//! Integration of the supply current.

use std::collections::BTreeMap;
use std::time::Duration;

use nanorig_trace::Time;

use super::PowerState;
use crate::profile::Currents;

/// Microampere-microseconds in a microampere-hour.
const PER_UAH: f64 = 3.6e9;

/// Charge and time by state.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Energy {
    /// Time in each state that was entered, and charge in microampere-hours.
    pub states: BTreeMap<PowerState, (Duration, f64)>,
}

impl Energy {
    /// Charge in all, in microampere-hours.
    #[must_use]
    pub fn total_uah(&self) -> f64 {
        self.states.values().map(|(_, charge)| charge).sum()
    }

    /// Time in all.
    #[must_use]
    pub fn duration(&self) -> Duration {
        self.states.values().map(|(time, _)| *time).sum()
    }

    /// How long a battery of `capacity_mah` lasts at the mean current so far; none before any charge was taken. Self-discharge
    /// is not counted.
    #[must_use]
    pub fn lifetime(&self, capacity_mah: f64) -> Option<Duration> {
        let charge = self.total_uah();
        let factor = capacity_mah * 1_000.0 / charge;
        (charge > 0.0).then(|| Duration::try_from_secs_f64(self.duration().as_secs_f64() * factor).ok())?
    }
}

/// Adds up time by state.
#[derive(Debug)]
pub(super) struct Meter {
    currents: Currents,
    state: PowerState,
    since: Time,
    /// Microseconds in each state.
    spent: BTreeMap<PowerState, u128>,
}

impl Meter {
    pub(super) fn new(currents: Currents, now: Time) -> Self {
        Self { currents, state: PowerState::Off, since: now, spent: BTreeMap::new() }
    }

    pub(super) fn state(&self) -> PowerState {
        self.state
    }

    /// Goes to `next`; returns the state before.
    pub(super) fn enter(&mut self, now: Time, next: PowerState) -> PowerState {
        *self.spent.entry(self.state).or_default() += now.since(self.since).as_micros();
        self.since = now;
        std::mem::replace(&mut self.state, next)
    }

    pub(super) fn energy(&mut self, now: Time) -> Energy {
        self.enter(now, self.state);
        let charged = |(state, micros): (&PowerState, &u128)| {
            let time = Duration::from_micros(u64::try_from(*micros).unwrap_or(u64::MAX));
            (*state, (time, *micros as f64 * f64::from(self.current(*state)) / PER_UAH))
        };
        Energy { states: self.spent.iter().map(charged).collect() }
    }

    fn current(&self, state: PowerState) -> u32 {
        match state {
            PowerState::Off => 0,
            PowerState::Boot => self.currents.boot,
            PowerState::Run => self.currents.run,
            PowerState::ModemSleep => self.currents.modem_sleep,
            PowerState::LightSleep => self.currents.light_sleep,
            PowerState::DeepSleep => self.currents.deep_sleep,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CURRENTS: Currents =
        Currents { boot: 250_000, run: 140_000, modem_sleep: 30_000, light_sleep: 3_000, deep_sleep: 50 };

    #[test]
    fn charge_is_current_times_time() {
        let mut meter = Meter::new(CURRENTS, Time::ZERO);
        meter.enter(Time::from_secs(100), PowerState::Run);
        meter.enter(Time::from_secs(136), PowerState::DeepSleep);
        let energy = meter.energy(Time::from_secs(136 + 3_600));
        assert_eq!(energy.states[&PowerState::Off], (Duration::from_secs(100), 0.0));
        assert!((energy.states[&PowerState::Run].1 - 1_400.0).abs() < 1e-6, "140 mA for 36 s are 1.4 mAh");
        assert!((energy.states[&PowerState::DeepSleep].1 - 50.0).abs() < 1e-6, "50 uA for 1 h");
        assert!((energy.total_uah() - 1_450.0).abs() < 1e-6);
        assert!((meter.energy(Time::from_secs(136 + 7_200)).total_uah() - 1_500.0).abs() < 1e-6);
    }

    #[test]
    fn a_battery_lasts_as_long_as_the_mean_current_says() {
        let mut meter = Meter::new(CURRENTS, Time::ZERO);
        meter.enter(Time::ZERO, PowerState::DeepSleep);
        assert_eq!(meter.energy(Time::ZERO).lifetime(2_000.0), None);
        let energy = meter.energy(Time::from_secs(3_600));
        // The published example: 2000 mAh at 50 uA are 40,000 h.
        assert_eq!(energy.lifetime(2_000.0).map(|life| life.as_secs() / 3_600), Some(40_000));
    }
}
