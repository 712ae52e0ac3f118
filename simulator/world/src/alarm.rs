//! A timer for loops: set again and again, it stays one timer of the runtime.

use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll};

use nanorig_trace::Time;
use tokio::time::Sleep;

use crate::Clock;

/// Rings when the time has come that it was last set to. Making a timer anew for each turn of a loop shows in
/// profiles; one that moves costs next to nothing.
#[derive(Debug)]
pub struct Alarm {
    clock: Clock,
    at: Option<Time>,
    /// Made when it is needed for the first time.
    sleep: Option<Pin<Box<Sleep>>>,
}

impl Alarm {
    /// An alarm that does not ring.
    #[must_use]
    pub const fn new(clock: Clock) -> Self {
        Self { clock, at: None, sleep: None }
    }

    /// Rings at `at`, at once when that has passed; `None` never.
    pub fn set(&mut self, at: Option<Time>) {
        self.at = at;
        let Some(at) = at else { return };
        let deadline = self.clock.instant(at);
        let sleep = self.sleep.get_or_insert_with(|| Box::pin(tokio::time::sleep_until(deadline)));
        if sleep.deadline() != deadline || sleep.is_elapsed() {
            sleep.as_mut().reset(deadline);
        }
    }

    /// Ready once the alarm rings. It goes on ringing until it is set again.
    pub fn poll_ring(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        match (self.at, &mut self.sleep) {
            (Some(_), Some(sleep)) => sleep.as_mut().poll(cx),
            _ => Poll::Pending,
        }
    }

    /// Waits until the alarm rings.
    pub async fn ring(&mut self) {
        poll_fn(|cx| self.poll_ring(cx)).await;
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use nanorig_trace::Utc;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn it_rings_at_the_last_time_that_it_was_set_to() {
        let clock = Clock::new(Utc::UNIX_EPOCH);
        let mut alarm = Alarm::new(clock);
        alarm.set(Some(Time::from_secs(1)));
        alarm.set(Some(Time::from_secs(3)));
        alarm.ring().await;
        assert_eq!(clock.now(), Time::from_secs(3), "it was put off");
        alarm.ring().await;
        alarm.set(Some(Time::from_secs(9)));
        alarm.set(Some(Time::from_secs(4)));
        alarm.ring().await;
        assert_eq!(clock.now(), Time::from_secs(4), "it was brought forward");
        alarm.set(Some(Time::from_secs(2)));
        alarm.ring().await;
        assert_eq!(clock.now(), Time::from_secs(4), "a time that has passed does not wait");
        alarm.set(None);
        assert!(tokio::time::timeout(Duration::from_secs(60), alarm.ring()).await.is_err(), "it is off");
    }
}
