//! Calls: the named things that a scenario step can ask for.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::Value;

/// Who performs a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Hand {
    /// The device under test.
    Device,
    /// IoT Hub, DPS and other servers, service side included.
    Cloud,
    /// Link, LAN services and the operator's hand.
    Network,
}

impl Hand {
    /// The step key that selects this hand: `device`, `cloud` or `network`.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::Device => "device",
            Self::Cloud => "cloud",
            Self::Network => "network",
        }
    }
}

/// The declaration of a call. Its executor stands in the same file of the `rig` crate.
#[derive(Debug)]
pub struct CallSpec {
    /// Who performs it.
    pub hand: Hand,
    /// Name as written in scenarios, such as `telemetry.send`.
    pub name: &'static str,
    /// One sentence for lists and editors.
    pub summary: &'static str,
    /// Its parameters.
    pub params: &'static [Param],
    /// Fields of its outcome that `expect` can compare, each with its meaning.
    pub results: &'static [(&'static str, &'static str)],
    /// Capability that the device must claim, or the step is not applicable.
    pub needs: Option<&'static str>,
    /// Deadline when the step gives no `within`, besides what its arguments make the call last.
    pub within: Duration,
}

/// No call waits longer than this by default.
const LONGEST: Duration = Duration::from_secs(100 * 365 * 86_400);

impl CallSpec {
    /// Deadline of a call with these arguments when its step gives no `within`.
    #[must_use]
    pub fn deadline(&self, args: &Args) -> Duration {
        let lasts = self.params.iter().map(|param| args.lasts(param));
        lasts.fold(self.within, Duration::saturating_add).min(LONGEST)
    }
}

/// One parameter of a call.
#[derive(Debug)]
pub struct Param {
    /// Name as written in scenarios.
    pub name: &'static str,
    /// Type and range.
    pub kind: ParamKind,
    /// False when it may be left out.
    pub required: bool,
    /// Meaning and default.
    pub doc: &'static str,
}

/// Type of a parameter. How the plan carries the value is said for each.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum ParamKind {
    /// Any text.
    Text,
    /// True or false.
    Flag,
    /// A whole number within an inclusive range.
    Integer {
        /// Smallest value.
        min: i64,
        /// Largest value.
        max: i64,
    },
    /// A number, fractions allowed.
    Number,
    /// A share written as `5%`; carried as a number from 0 to 1.
    Share,
    /// A time span written as `250ms`, `30s`, `5m`, `48h`, `7d`; carried in whole microseconds.
    Duration,
    /// A time span that the call goes on for, which makes its default deadline later; carried as `Duration` is.
    Lasting {
        /// The whole number among the parameters that says how often. Default once.
        times: Option<&'static str>,
    },
    /// A size written as `512B`, `4KiB`, `1MiB`, within an inclusive range of bytes; carried in bytes.
    Size {
        /// Smallest size in bytes.
        min: u64,
        /// Largest size in bytes.
        max: u64,
    },
    /// A calendar time such as `2038-01-19T03:14:07Z`; carried as text.
    Date,
    /// An IPv4 address; carried as text.
    Address,
    /// One of these words.
    Choice(&'static [&'static str]),
    /// Any value, carried as JSON.
    Json,
    /// A list of texts.
    Texts,
    /// A map of names to scalar values, null included.
    Map,
}

/// Checked arguments of a call, by parameter name. Kinds and ranges hold by construction.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Args(pub BTreeMap<String, Value>);

impl Args {
    /// The value of a parameter, if it was given.
    #[must_use]
    pub fn value(&self, name: &str) -> Option<&Value> {
        self.0.get(name)
    }

    /// A text, word, date or address.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<&str> {
        self.value(name)?.as_str()
    }

    /// A whole number.
    #[must_use]
    pub fn integer(&self, name: &str) -> Option<i64> {
        self.value(name)?.as_i64()
    }

    /// A number or share.
    #[must_use]
    pub fn number(&self, name: &str) -> Option<f64> {
        self.value(name)?.as_f64()
    }

    /// True when the flag was given as true.
    #[must_use]
    pub fn flag(&self, name: &str) -> bool {
        self.value(name).and_then(Value::as_bool).unwrap_or(false)
    }

    /// A time span.
    #[must_use]
    pub fn duration(&self, name: &str) -> Option<Duration> {
        self.value(name)?.as_u64().map(Duration::from_micros)
    }

    /// How long a call goes on because of one of its parameters.
    fn lasts(&self, param: &Param) -> Duration {
        let ParamKind::Lasting { times } = param.kind else { return Duration::ZERO };
        let times = times.map_or(1, |name| self.integer(name).unwrap_or(1));
        let span = self.duration(param.name).unwrap_or_default();
        span.saturating_mul(u32::try_from(times).unwrap_or(u32::MAX))
    }

    /// A size in bytes.
    #[must_use]
    pub fn size(&self, name: &str) -> Option<usize> {
        usize::try_from(self.value(name)?.as_u64()?).ok()
    }

    /// A list of texts, empty when it was not given.
    #[must_use]
    pub fn texts(&self, name: &str) -> Vec<&str> {
        let list = self.value(name).and_then(Value::as_array);
        list.into_iter().flatten().filter_map(Value::as_str).collect()
    }
}

/// A call ready to be performed.
#[derive(Clone, Debug)]
pub struct Call {
    /// Which.
    pub spec: &'static CallSpec,
    /// With what.
    pub args: Args,
}

#[cfg(test)]
mod tests {
    use super::*;

    static SERIES: CallSpec = CallSpec {
        hand: Hand::Device,
        name: "series",
        summary: "For tests.",
        params: &[
            Param {
                name: "every",
                kind: ParamKind::Lasting { times: Some("count") },
                required: false,
                doc: "",
            },
            Param { name: "after", kind: ParamKind::Lasting { times: None }, required: false, doc: "" },
            Param { name: "not-waited-for", kind: ParamKind::Duration, required: false, doc: "" },
        ],
        results: &[],
        needs: None,
        within: Duration::from_secs(60),
    };

    fn deadline(args: &[(&str, u64)]) -> u64 {
        let args = args.iter().map(|(name, value)| ((*name).to_owned(), Value::from(*value)));
        SERIES.deadline(&Args(args.collect())).as_secs()
    }

    #[test]
    fn a_call_may_take_as_long_as_its_arguments_say() {
        assert_eq!(deadline(&[]), 60);
        assert_eq!(deadline(&[("not-waited-for", 30_000_000)]), 60);
        assert_eq!(deadline(&[("every", 30_000_000)]), 90);
        assert_eq!(deadline(&[("every", 30_000_000), ("count", 100), ("after", 5_000_000)]), 3_065);
        assert_eq!(deadline(&[("every", u64::MAX), ("count", u64::MAX)]), LONGEST.as_secs());
    }
}
