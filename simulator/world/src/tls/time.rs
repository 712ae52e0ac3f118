//! Calendar time for rustls.

use std::fmt;
use std::time::Duration;

use nanorig_trace::Utc;
use rustls::pki_types::UnixTime;
use rustls::time_provider::TimeProvider;

use crate::Clock;

/// Gives rustls the time of one party: the world's, or what a device believes.
pub struct Time(Box<dyn Fn() -> Utc + Send + Sync>);

impl Time {
    /// The time that `now` says whenever it is asked.
    pub fn new(now: impl Fn() -> Utc + Send + Sync + 'static) -> Self {
        Self(Box::new(now))
    }

    /// The world's true time.
    #[must_use]
    pub fn of(clock: Clock) -> Self {
        Self::new(move || clock.utc())
    }
}

impl TimeProvider for Time {
    /// Times before 1970 become 1970: [`UnixTime`] has none.
    fn current_time(&self) -> Option<UnixTime> {
        let secs = u64::try_from((self.0)().unix_secs()).unwrap_or(0);
        Some(UnixTime::since_unix_epoch(Duration::from_secs(secs)))
    }
}

impl fmt::Debug for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Time({})", (self.0)())
    }
}
