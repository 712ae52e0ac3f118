//! The two times of a run: since it began, and of the calendar.

use std::fmt;
use std::ops::{Add, AddAssign, Sub};
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// Time since the run began, in microseconds. Virtual in simulated runs.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Time(u64);

impl Time {
    /// The start of the run.
    pub const ZERO: Self = Self(0);

    /// A time this many microseconds after the start.
    #[must_use]
    pub const fn from_micros(micros: u64) -> Self {
        Self(micros)
    }

    /// A time this many milliseconds after the start.
    #[must_use]
    pub const fn from_millis(millis: u64) -> Self {
        Self(millis * 1_000)
    }

    /// A time this many seconds after the start.
    #[must_use]
    pub const fn from_secs(secs: u64) -> Self {
        Self(secs * 1_000_000)
    }

    /// Microseconds since the run began.
    #[must_use]
    pub const fn as_micros(self) -> u64 {
        self.0
    }

    /// Whole milliseconds since the run began.
    #[must_use]
    pub const fn as_millis(self) -> u64 {
        self.0 / 1_000
    }

    /// Seconds since the run began.
    #[must_use]
    pub fn as_secs_f64(self) -> f64 {
        Duration::from_micros(self.0).as_secs_f64()
    }

    /// The time from `earlier` to `self`, zero when `earlier` is later.
    #[must_use]
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_micros(self.0.saturating_sub(earlier.0))
    }
}

impl Add<Duration> for Time {
    type Output = Self;

    fn add(self, rhs: Duration) -> Self {
        Self(self.0.saturating_add(u64::try_from(rhs.as_micros()).unwrap_or(u64::MAX)))
    }
}

impl AddAssign<Duration> for Time {
    fn add_assign(&mut self, rhs: Duration) {
        *self = *self + rhs;
    }
}

impl Sub for Time {
    type Output = Duration;

    fn sub(self, rhs: Self) -> Duration {
        self.since(rhs)
    }
}

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (secs, micros) = (self.0 / 1_000_000, self.0 % 1_000_000);
        write!(f, "{secs}.{:03}s", micros / 1_000)
    }
}

impl fmt::Debug for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}us", self.0)
    }
}

/// A point in calendar time: microseconds since 1970-01-01T00:00:00Z, negative before.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Utc(i64);

impl Utc {
    /// 1970-01-01T00:00:00Z, where the clock of an ESP32 starts.
    pub const UNIX_EPOCH: Self = Self(0);

    /// A point this many seconds after the Unix epoch. A number that nobody can mean is as far away as can be told.
    #[must_use]
    pub const fn from_unix_secs(secs: i64) -> Self {
        Self(secs.saturating_mul(1_000_000))
    }

    /// A point this many milliseconds after the Unix epoch. A number that nobody can mean is as far away as can be told.
    #[must_use]
    pub const fn from_unix_millis(millis: i64) -> Self {
        Self(millis.saturating_mul(1_000))
    }

    /// A point this many microseconds after the Unix epoch.
    #[must_use]
    pub const fn from_unix_micros(micros: i64) -> Self {
        Self(micros)
    }

    /// Whole seconds since the Unix epoch, rounded down.
    #[must_use]
    pub const fn unix_secs(self) -> i64 {
        self.0.div_euclid(1_000_000)
    }

    /// Microseconds since the Unix epoch.
    #[must_use]
    pub const fn unix_micros(self) -> i64 {
        self.0
    }

    /// This point moved by `offset_us` microseconds, which may be negative.
    #[must_use]
    pub const fn offset_micros(self, offset_us: i64) -> Self {
        Self(self.0.saturating_add(offset_us))
    }

    /// Microseconds from `other` to `self`, negative when `self` is earlier.
    #[must_use]
    pub const fn micros_since(self, other: Self) -> i64 {
        self.0.saturating_sub(other.0)
    }

    /// Parses an ISO-8601 time such as `2026-03-01T12:00:00Z`.
    ///
    /// # Errors
    /// The text is not an RFC 3339 date and time.
    pub fn parse(text: &str) -> Result<Self, ::time::error::Parse> {
        let at = ::time::OffsetDateTime::parse(text, &::time::format_description::well_known::Rfc3339)?;
        Ok(Self(i64::try_from(at.unix_timestamp_nanos() / 1_000).unwrap_or(i64::MAX)))
    }
}

impl Add<Duration> for Utc {
    type Output = Self;

    fn add(self, rhs: Duration) -> Self {
        Self(self.0.saturating_add(i64::try_from(rhs.as_micros()).unwrap_or(i64::MAX)))
    }
}

/// ISO-8601 with microseconds, as Azure writes it but for the last digit: `2024-05-01T10:11:12.123456Z`.
impl fmt::Display for Utc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match ::time::OffsetDateTime::from_unix_timestamp(self.unix_secs()) {
            Ok(at) if (0..10_000).contains(&at.year()) => {
                let mut text = *b"0000-00-00T00:00:00.000000Z";
                digits(&mut text[0..4], at.year().unsigned_abs());
                digits(&mut text[5..7], u8::from(at.month()).into());
                digits(&mut text[8..10], at.day().into());
                digits(&mut text[11..13], at.hour().into());
                digits(&mut text[14..16], at.minute().into());
                digits(&mut text[17..19], at.second().into());
                digits(&mut text[20..26], self.0.rem_euclid(1_000_000) as u32);
                f.write_str(std::str::from_utf8(&text).expect("digits are ASCII"))
            }
            _ => write!(f, "{}us since 1970", self.0),
        }
    }
}

/// Writes the last decimal digits of `number`, as many as there is room for. A message carries several such
/// times, and padding by the formatting machinery takes ten times as long.
fn digits(room: &mut [u8], mut number: u32) {
    for digit in room.iter_mut().rev() {
        *digit = b'0' + (number % 10) as u8;
        number /= 10;
    }
}

impl fmt::Debug for Utc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn utc_prints_and_parses_the_same_text() {
        let at = Utc::from_unix_micros(1_714_558_272_123_456);
        assert_eq!(at.to_string(), "2024-05-01T10:11:12.123456Z");
        assert_eq!(Utc::parse("2024-05-01T10:11:12.123456Z"), Ok(at));
    }

    #[test]
    fn utc_prints_times_before_1970_and_beyond_the_calendar() {
        assert_eq!(Utc::from_unix_micros(-1).to_string(), "1969-12-31T23:59:59.999999Z");
        assert_eq!(Utc::from_unix_secs(-62_135_596_800).to_string(), "0001-01-01T00:00:00.000000Z");
        assert_eq!(Utc::from_unix_secs(253_402_300_799).to_string(), "9999-12-31T23:59:59.000000Z");
        assert_eq!(Utc::from_unix_micros(i64::MAX).to_string(), "9223372036854775807us since 1970");
    }

    #[test]
    fn no_number_of_seconds_or_milliseconds_is_too_large() {
        assert_eq!(Utc::from_unix_millis(1_500), Utc::from_unix_micros(1_500_000));
        for farthest in [i64::MIN, i64::MAX] {
            assert_eq!(Utc::from_unix_secs(farthest), Utc::from_unix_micros(farthest));
            assert_eq!(Utc::from_unix_millis(farthest), Utc::from_unix_micros(farthest));
        }
    }

    #[test]
    fn time_before_another_is_no_time_since() {
        assert_eq!(Time::from_secs(1).since(Time::from_secs(2)), Duration::ZERO);
        assert_eq!(Time::from_millis(1_500).to_string(), "1.500s");
    }
}
