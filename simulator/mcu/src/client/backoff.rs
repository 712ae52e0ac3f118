//! How long to wait before the next attempt.

use std::time::Duration;

use nanorig_world::Stream;

use crate::habits::{Growth, Jitter, ReconnectHabits};

/// Growing, randomised delays between attempts.
///
/// A delay is the base plus an evenly spread random part, whose bound doubles with each failure up to the
/// cap: devices that lost the same server at once come back at different times.
#[derive(Debug)]
pub struct Backoff {
    base: Duration,
    cap: Duration,
    growth: Growth,
    jitter: Jitter,
    displaced_factor: u32,
    rng: Stream,
    failures: u32,
    span: Duration,
}

impl Backoff {
    /// The delays of `habits`.
    #[must_use]
    pub fn new(habits: &ReconnectHabits, rng: Stream) -> Self {
        Self {
            base: habits.base,
            cap: habits.cap,
            growth: habits.growth,
            jitter: habits.jitter,
            displaced_factor: habits.displaced_factor.max(1),
            rng,
            failures: 0,
            span: habits.base,
        }
    }

    /// The slow delays of `habits`, for refusals that only people can cure.
    #[must_use]
    pub fn slow(habits: &ReconnectHabits, rng: Stream) -> Self {
        let mut slow = Self::new(habits, rng);
        (slow.base, slow.span, slow.cap) = (habits.slow_base, habits.slow_base, habits.slow_cap);
        slow
    }

    /// Failures in a row.
    #[must_use]
    pub fn failures(&self) -> u32 {
        self.failures
    }

    /// The delay after one more failure.
    pub fn failed(&mut self) -> Duration {
        self.failures = self.failures.saturating_add(1);
        let n = self.failures;
        match self.growth {
            Growth::Exponential => {
                let strict = self.span.min(self.cap);
                self.span = (self.span * 2).min(self.cap);
                self.vary(strict, self.base, self.span)
            }
            Growth::ExponentialUncapped => {
                let strict = self.span;
                self.span = self.span.saturating_mul(2);
                self.vary(strict, self.base, self.span)
            }
            Growth::Linear => self.vary(self.base * n, self.base, self.base * n.saturating_mul(2)),
            Growth::Constant => self.vary(self.base * 10, self.base * 5, self.base * 10),
            Growth::None => Duration::ZERO,
        }
    }

    /// The delay after the server has cut a connection that was established not long ago. It may be that
    /// another client uses the same identity and each connection throws the other one out, so delays grow
    /// faster and have a floor that grows too.
    pub fn displaced(&mut self) -> Duration {
        if self.growth != Growth::Exponential || self.displaced_factor == 1 {
            return self.failed();
        }
        self.failures = self.failures.saturating_add(1);
        let strict = self.span.min(self.cap);
        let floor = strict.max(self.base);
        let delay = self.vary(strict, floor, floor);
        self.span = self.span.saturating_mul(self.displaced_factor).min(self.cap);
        delay
    }

    /// Starts afresh.
    pub fn reset(&mut self) {
        self.failures = 0;
        self.span = self.base;
    }

    fn vary(&self, strict: Duration, floor: Duration, span: Duration) -> Duration {
        match self.jitter {
            Jitter::Full => floor + self.rng.up_to(span),
            Jitter::None => strict,
        }
    }
}

#[cfg(test)]
mod tests {
    use nanorig_world::Random;

    use super::*;

    fn backoff(set: impl FnOnce(&mut ReconnectHabits)) -> Backoff {
        let mut habits = ReconnectHabits::default();
        set(&mut habits);
        Backoff::new(&habits, Random::new(41).stream("back-off"))
    }

    #[test]
    fn bounds_double_up_to_the_cap() {
        let mut many: Vec<_> = (0..200)
            .map(|seed| Backoff::new(&ReconnectHabits::default(), Random::new(seed).stream("back-off")))
            .collect();
        for bound in [2, 4, 8, 16, 32, 64, 100, 100, 100] {
            let delays: Vec<_> = many.iter_mut().map(Backoff::failed).collect();
            let (least, most) = (delays.iter().min().unwrap(), delays.iter().max().unwrap());
            let highest = Duration::from_secs(1 + bound);
            assert!(*least >= Duration::from_secs(1) && *most <= highest, "{bound}: {least:?} {most:?}");
            assert!(*most > highest.mul_f64(0.8), "spread over the whole span: {bound} {most:?}");
        }
    }

    #[test]
    fn a_displaced_client_comes_back_less_than_five_times_a_minute() {
        for seed in 0..200 {
            let mut backoff = Backoff::new(&ReconnectHabits::default(), Random::new(seed).stream("back-off"));
            let mut at = Duration::ZERO;
            let times: Vec<_> = (0..8)
                .map(|_| {
                    at += backoff.displaced();
                    at
                })
                .collect();
            for start in &times {
                let end = *start + Duration::from_secs(60);
                let count = times.iter().filter(|time| (*start..end).contains(*time)).count();
                assert!(count < 5, "{times:?}");
            }
        }
    }

    #[test]
    fn success_starts_afresh() {
        let mut backoff = backoff(|_| ());
        for _ in 0..10 {
            let _ = backoff.failed();
        }
        assert_eq!(backoff.failures(), 10);
        backoff.reset();
        assert!(backoff.failed() <= Duration::from_secs(3));
    }

    #[test]
    fn habits_change_growth_and_jitter() {
        let mut strict = backoff(|habits| habits.jitter = Jitter::None);
        let secs: Vec<_> = (0..9).map(|_| strict.failed().as_secs()).collect();
        assert_eq!(secs, [1, 2, 4, 8, 16, 32, 64, 100, 100]);
        let mut constant = backoff(|habits| habits.growth = Growth::Constant);
        assert!((0..50).all(|_| (5..=15).contains(&constant.failed().as_secs())));
        let mut none = backoff(|habits| habits.growth = Growth::None);
        assert_eq!(none.failed(), Duration::ZERO);
    }
}
