//! Quantities as people write them: `72 KiB`, `1.5 s`, `20 Mbit/s`, `250 mA`, `10 ppm`.
//!
//! A number without its unit is refused, and so is a unit of something else.

use std::fmt;
use std::time::Duration;

use nanorig_trace::Utc;
use serde::de::{self, Deserialize, Deserializer, Visitor};

/// A kind of quantity that a profile file writes as text with a unit.
trait Quantity: Sized {
    /// What is expected, for messages: `a size such as "72 KiB"`.
    const EXPECTED: &'static str;
    /// Reads the text, without surrounding blanks.
    fn read(text: &str) -> Option<Self>;
}

macro_rules! quantities {
    ($( $(#[$doc:meta])* $Name:ident($Plain:ty), $expected:literal, |$text:ident| $read:expr; )*) => { $(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq)]
        pub(super) struct $Name(pub(super) $Plain);

        impl Quantity for $Name {
            const EXPECTED: &'static str = $expected;

            fn read($text: &str) -> Option<Self> {
                $read.map(Self)
            }
        }

        impl From<$Name> for $Plain {
            fn from(quantity: $Name) -> Self {
                quantity.0
            }
        }

        impl<'de> Deserialize<'de> for $Name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                deserializer.deserialize_str(QuantityVisitor::<Self>(std::marker::PhantomData))
            }
        }
    )* };
}

quantities! {
    /// A size in bytes, at most 1 GiB.
    Bytes(usize), r#"a size such as "72 KiB" or "350 B""#, |text| {
        let scales = &[("B", 1.0), ("KiB", 1_024.0), ("MiB", 1_048_576.0)];
        whole(scaled(text, scales)?, 1_073_741_824.0).and_then(|n| usize::try_from(n).ok())
    };
    /// A duration, to the microsecond, at most 1,000 h.
    Span(Duration), r#"a duration such as "250 ms" or "1.5 s""#, |text| {
        let scales = &[("us", 1.0), ("ms", 1e3), ("s", 1e6), ("min", 60e6), ("h", 3_600e6)];
        whole(scaled(text, scales)?, 3_600e9).map(Duration::from_micros)
    };
    /// A data rate in bits per second.
    BitRate(u64), r#"a data rate such as "20 Mbit/s""#, |text| {
        let scales = &[("bit/s", 1.0), ("kbit/s", 1e3), ("Mbit/s", 1e6), ("Gbit/s", 1e9)];
        whole(scaled(text, scales)?, 1e12)
    };
    /// A current in microamperes.
    Current(u32), r#"a current such as "140 mA" or "6.8 uA""#, |text| {
        let scales = &[("uA", 1.0), ("mA", 1e3), ("A", 1e6)];
        scaled(text, scales).map(f64::ceil).and_then(|n| whole(n, 1e8)).and_then(|n| u32::try_from(n).ok())
    };
    /// A clock error in parts per million.
    Ppm(u32), r#"a clock error such as "20 ppm" or "1 %""#, |text| {
        whole(scaled(text, &[("ppm", 1.0), ("%", 1e4)])?, 1e6).and_then(|n| u32::try_from(n).ok())
    };
    /// A point in calendar time.
    Date(Utc), r#"a time such as "1970-01-01T00:00:00Z""#, |text| Utc::parse(text).ok();
}

/// Splits `12.5 KiB` into its number and unit and scales it.
fn scaled(text: &str, scales: &[(&str, f64)]) -> Option<f64> {
    let (number, unit) = text.split_once(' ')?;
    let (_, scale) = scales.iter().find(|(name, _)| *name == unit.trim())?;
    // `f64::from_str` also reads signs, exponents, "inf" and "nan".
    if !number.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.') {
        return None;
    }
    Some(number.parse::<f64>().ok()? * scale)
}

/// `value` as an integer, when it is one (to a millionth, for the sake of decimal fractions) up to `most`.
fn whole(value: f64, most: f64) -> Option<u64> {
    let rounded = value.round();
    ((0.0..=most).contains(&value) && (value - rounded).abs() < 1e-6 * value.max(1.0))
        .then_some(rounded as u64)
}

struct QuantityVisitor<Q>(std::marker::PhantomData<Q>);

impl<Q: Quantity> Visitor<'_> for QuantityVisitor<Q> {
    type Value = Q;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(Q::EXPECTED)
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Q, E> {
        Q::read(text.trim()).ok_or_else(|| E::invalid_value(de::Unexpected::Str(text), &self))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_are_scaled() {
        assert_eq!(Bytes::read("72 KiB"), Some(Bytes(73_728)));
        assert_eq!(Bytes::read("3.75 MiB"), Some(Bytes(3_932_160)));
        assert_eq!(Span::read("1.5 s"), Some(Span(Duration::from_millis(1_500))));
        assert_eq!(BitRate::read("20 Mbit/s"), Some(BitRate(20_000_000)));
        assert_eq!(Current::read("31.12 mA"), Some(Current(31_120)));
        assert_eq!(Current::read("6.8 uA"), Some(Current(7)), "a fraction of a microampere rounds up");
        assert_eq!(Ppm::read("1 %"), Some(Ppm(10_000)));
        assert_eq!(Date::read("1970-01-01T00:00:00Z"), Some(Date(Utc::UNIX_EPOCH)));
    }

    #[test]
    fn a_number_without_a_fitting_unit_is_refused() {
        for text in ["72", "72KiB", "72 kB", "-1 B", "1e3 B", "inf B", "0.5 B", "2000 MiB", "", " ", "1..2 B"]
        {
            assert_eq!(Bytes::read(text), None, "{text:?}");
        }
        assert_eq!(Span::read("5 B"), None);
    }
}
