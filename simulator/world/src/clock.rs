//! The run's two times, from tokio's clock.
//!
//! On a runtime with paused time the clock is virtual: it stands still while anything
//! is runnable and jumps to the next timer when nothing is. On an ordinary runtime it
//! is the machine's monotonic clock. Code that takes a [`Clock`] cannot tell.

use std::time::Duration;

use nanorig_trace::{Time, TimeSource, Utc};
use tokio::time::Instant;

/// Time since the run began, and the true calendar time. A cheap value to copy around.
///
/// tokio's timers have a granularity of 1 ms, also when paused: a sleep ends at the
/// first whole millisecond at or after its deadline.
#[derive(Clone, Copy, Debug)]
pub struct Clock {
    base: Instant,
    start: Utc,
}

impl Clock {
    /// A clock that reads [`Time::ZERO`] and `start` now.
    ///
    /// # Panics
    /// Outside a tokio runtime whose time is enabled, when time is paused there.
    #[must_use]
    pub fn new(start: Utc) -> Self {
        Self { base: Instant::now(), start }
    }

    /// Time since the run began.
    #[must_use]
    pub fn now(&self) -> Time {
        Time::ZERO + self.base.elapsed()
    }

    /// True calendar time. What a device believes is the device's business.
    #[must_use]
    pub fn utc(&self) -> Utc {
        self.utc_at(self.now())
    }

    /// True calendar time at `at`.
    #[must_use]
    pub fn utc_at(&self, at: Time) -> Utc {
        self.start + at.since(Time::ZERO)
    }

    /// Waits for `duration`.
    pub async fn sleep(&self, duration: Duration) {
        tokio::time::sleep(duration).await;
    }

    /// Waits until `at`; returns at once when that has passed.
    pub async fn sleep_until(&self, at: Time) {
        tokio::time::sleep_until(self.instant(at)).await;
    }

    /// `at` for tokio's timers.
    pub(crate) fn instant(&self, at: Time) -> Instant {
        self.base + at.since(Time::ZERO)
    }
}

impl TimeSource for Clock {
    fn now(&self) -> Time {
        Self::now(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn virtual_time_jumps_and_utc_follows() {
        let clock = Clock::new(Utc::from_unix_secs(1_000));
        clock.sleep(Duration::from_secs(86_400)).await;
        assert_eq!(clock.now(), Time::from_secs(86_400));
        assert_eq!(clock.utc(), Utc::from_unix_secs(87_400));
        clock.sleep_until(Time::from_secs(5)).await;
        assert_eq!(clock.now(), Time::from_secs(86_400), "a past deadline does not wait");
    }

    #[tokio::test(start_paused = true)]
    async fn sleeps_end_on_whole_milliseconds() {
        let clock = Clock::new(Utc::UNIX_EPOCH);
        clock.sleep_until(Time::from_micros(1_200)).await;
        assert_eq!(clock.now(), Time::from_millis(2));
    }
}
