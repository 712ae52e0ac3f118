//! The run's two times, from tokio's clock.
//!
//! On a runtime with paused time the clock is virtual: it stands still while anything
//! is runnable and jumps to the next timer when nothing is. On an ordinary runtime it
//! is the machine's monotonic clock. Code that takes a [`Clock`] cannot tell.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use nanorig_trace::{Time, TimeSource, Utc};
use tokio::sync::Notify;
use tokio::sync::futures::Notified;
use tokio::time::Instant;

/// Time since the run began, and the true calendar time. A cheap value to copy around.
///
/// tokio's timers have a granularity of 1 ms, also when paused: a sleep ends at the
/// first whole millisecond at or after its deadline.
#[derive(Clone, Copy, Debug)]
pub struct Clock {
    base: Instant,
    start: Utc,
    calendar: &'static Calendar,
}

/// What was done to the calendar of a clock and its copies.
#[derive(Debug)]
struct Calendar {
    /// Microseconds by which it was set forward since.
    shift: AtomicI64,
    was_set: Notify,
}

impl Calendar {
    const fn new() -> Self {
        Self { shift: AtomicI64::new(0), was_set: Notify::const_new() }
    }
}

/// The calendar of all clocks that nobody sets.
static NEVER_SET: Calendar = Calendar::new();

impl Clock {
    /// A clock that reads [`Time::ZERO`] and `start` now.
    ///
    /// # Panics
    /// Outside a tokio runtime whose time is enabled, when time is paused there.
    #[must_use]
    pub fn new(start: Utc) -> Self {
        Self { base: Instant::now(), start, calendar: &NEVER_SET }
    }

    /// As [`Clock::new`], but its calendar can be set: for servers in real time, on a machine whose monotonic clock
    /// stands still while it sleeps. A few bytes stay allocated for each call.
    ///
    /// # Panics
    /// As [`Clock::new`].
    #[must_use]
    pub fn settable(start: Utc) -> Self {
        Self { calendar: Box::leak(Box::new(Calendar::new())), ..Self::new(start) }
    }

    /// Makes it `utc` now for everybody who has this clock. Time since the start is not touched. Without effect on a
    /// clock that is not [settable](Self::settable).
    pub fn set(&self, utc: Utc) {
        if !std::ptr::eq(self.calendar, &raw const NEVER_SET) {
            self.calendar.shift.fetch_add(utc.micros_since(self.utc()), Ordering::Relaxed);
            self.calendar.was_set.notify_waiters();
        }
    }

    /// Ends when the calendar is [set](Self::set) after this call: whoever waits for a moment of the calendar then has to
    /// look again how long that is.
    pub fn was_set(&self) -> Notified<'static> {
        self.calendar.was_set.notified()
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
        let shift = self.calendar.shift.load(Ordering::Relaxed);
        let straight = self.start + at.since(Time::ZERO);
        if shift == 0 {
            straight
        } else {
            Utc::from_unix_micros(straight.unix_micros().saturating_add(shift))
        }
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
    async fn a_settable_calendar_is_set_for_all_its_copies() {
        let clock = Clock::settable(Utc::from_unix_secs(1_000));
        let copy = clock;
        clock.sleep(Duration::from_secs(5)).await;
        clock.set(Utc::from_unix_secs(5_000));
        assert_eq!((copy.utc(), copy.now()), (Utc::from_unix_secs(5_000), Time::from_secs(5)));
        clock.set(Utc::from_unix_secs(2_000));
        assert_eq!(copy.utc(), Utc::from_unix_secs(2_000));
        let fixed = Clock::new(Utc::from_unix_secs(1_000));
        fixed.set(Utc::from_unix_secs(2_000));
        assert_eq!(fixed.utc(), Utc::from_unix_secs(1_000));
    }

    #[tokio::test(start_paused = true)]
    async fn who_waits_for_the_calendar_hears_that_it_was_set() {
        let clock = Clock::settable(Utc::from_unix_secs(1_000));
        let early = clock.was_set();
        clock.set(Utc::from_unix_secs(5_000));
        early.await;
        let late = tokio::time::timeout(Duration::from_secs(1), clock.was_set()).await;
        assert!(late.is_err(), "that was before");
    }

    #[tokio::test(start_paused = true)]
    async fn sleeps_end_on_whole_milliseconds() {
        let clock = Clock::new(Utc::UNIX_EPOCH);
        clock.sleep_until(Time::from_micros(1_200)).await;
        assert_eq!(clock.now(), Time::from_millis(2));
    }
}
