//! 64-bit NTP timestamps and the era that they do not say (RFC 5905 6).

use std::fmt;

/// Seconds from 1900-01-01, where era 0 begins, to 1970-01-01.
const UNIX_OFFSET_S: i64 = 2_208_988_800;
/// Seconds in an era.
const ERA_S: i64 = 1 << 32;
const MICROS: i64 = 1_000_000;

/// Seconds since the start of an era in the upper 32 bits, their fraction in the lower.
///
/// Era 0 began in 1900 and era 1 begins at 2036-02-07T06:28:16Z. A timestamp does not say its era.
///
/// ```
/// use nanorig_wire::lan::sntp::Timestamp;
/// let at_2036_02_07t06_28_17 = 2_085_978_497_000_000;
/// let stamp = Timestamp::from_unix_micros(at_2036_02_07t06_28_17);
/// assert_eq!(stamp, Timestamp(1 << 32));
/// assert_eq!(stamp.unix_micros(), at_2036_02_07t06_28_17);
/// ```
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Timestamp(pub u64);

impl Timestamp {
    /// Not known (RFC 5905 6).
    pub const ZERO: Self = Self(0);

    /// True when the time is not known.
    #[must_use]
    pub const fn is_zero(self) -> bool {
        self.0 == 0
    }

    /// The timestamp of a point in microseconds since 1970. Its era is lost.
    #[must_use]
    pub const fn from_unix_micros(micros: i64) -> Self {
        let seconds = (micros.div_euclid(MICROS) + UNIX_OFFSET_S).rem_euclid(ERA_S) as u64;
        // Rounded up, so that the conversion back, which rounds down, gives the same microsecond.
        let fraction = ((micros.rem_euclid(MICROS) as u64) << 32).div_ceil(MICROS as u64);
        Self(seconds << 32 | fraction)
    }

    /// Microseconds since 1970 for a reader that knows nothing of the date: with the highest bit set the time
    /// is from 1968 to 2036, else from 2036 to 2104 (RFC 4330 3).
    #[must_use]
    pub const fn unix_micros(self) -> i64 {
        let era = if self.0 >> 63 == 0 { 1 } else { 0 };
        self.in_era(era)
    }

    /// Microseconds since 1970 in the era that brings the time nearest to `pivot`, also in microseconds since
    /// 1970 (RFC 5905 6: right while the pivot is less than 68 years off).
    #[must_use]
    pub const fn unix_micros_near(self, pivot: i64) -> i64 {
        let in_first = self.in_era(0);
        let era_us = ERA_S * MICROS;
        let eras = pivot.saturating_sub(in_first).saturating_add(era_us / 2).div_euclid(era_us);
        in_first.saturating_add(eras.saturating_mul(era_us))
    }

    const fn in_era(self, era: i64) -> i64 {
        let seconds = (self.0 >> 32) as i64 + era * ERA_S - UNIX_OFFSET_S;
        let micros = ((self.0 & 0xffff_ffff) * MICROS as u64) >> 32;
        seconds * MICROS + micros as i64
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:08x}.{:08x}", self.0 >> 32, self.0 & 0xffff_ffff)
    }
}
