//! Parameters of faults: their declaration and their values.

use std::collections::BTreeMap;
use std::time::Duration;

/// A parameter's value.
#[derive(Clone, Debug, PartialEq)]
pub enum Param {
    /// A time.
    Duration(Duration),
    /// A share, 0 to 1.
    Share(f64),
    /// A number or a size in bytes.
    Count(u64),
    /// A word.
    Text(String),
}

/// What kind of value a parameter takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ParamKind {
    /// A time.
    Duration,
    /// A share, 0 to 1.
    Share,
    /// A number or a size in bytes.
    Count {
        /// The smallest.
        min: u64,
        /// The largest.
        max: u64,
    },
    /// One of these words.
    Choice(&'static [&'static str]),
}

impl ParamKind {
    /// Checks a value that was given for `param`.
    fn check(self, param: &'static str, value: &Param) -> Result<(), FaultError> {
        let range = match (self, value) {
            (Self::Duration, Param::Duration(_)) => return Ok(()),
            (Self::Share, Param::Share(share)) if (0.0..=1.0).contains(share) => return Ok(()),
            (Self::Share, Param::Share(_)) => "from 0 to 1".to_owned(),
            (Self::Count { min, max }, Param::Count(count)) if (min..=max).contains(count) => return Ok(()),
            (Self::Count { min, max }, Param::Count(_)) => format!("from {min} to {max}"),
            (Self::Choice(words), Param::Text(word)) if words.contains(&word.as_str()) => return Ok(()),
            (Self::Choice(words), Param::Text(_)) => format!("one of {}", words.join(", ")),
            (expected, got) => return Err(FaultError::WrongKind { param, expected, got: got.clone() }),
        };
        Err(FaultError::OutOfRange { param, range })
    }
}

/// One parameter of a fault.
#[derive(Debug)]
pub struct ParamSpec {
    /// Name as in scenarios.
    pub name: &'static str,
    /// What it takes.
    pub kind: ParamKind,
    /// Meaning, unit, range, default.
    pub doc: &'static str,
}

/// Values by parameter name.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Params(pub BTreeMap<String, Param>);

/// Why a fault cannot be built.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum FaultError {
    /// No such parameter.
    #[error("fault `{fault}` has no parameter `{param}`")]
    UnknownParam {
        /// The fault.
        fault: &'static str,
        /// What was given.
        param: String,
    },
    /// Wrong kind of value.
    #[error("parameter `{param}` takes a {expected:?}, not {got:?}")]
    WrongKind {
        /// The parameter.
        param: &'static str,
        /// What it takes.
        expected: ParamKind,
        /// What was given.
        got: Param,
    },
    /// Outside its range.
    #[error("parameter `{param}` must be {range}")]
    OutOfRange {
        /// The parameter.
        param: &'static str,
        /// What is allowed.
        range: String,
    },
}

impl Params {
    /// The same with one more value.
    #[must_use]
    pub fn with(mut self, name: &str, value: Param) -> Self {
        self.0.insert(name.into(), value);
        self
    }

    /// Checks every value against the parameters that a fault has.
    pub(super) fn check(&self, fault: &'static str, params: &[ParamSpec]) -> Result<(), FaultError> {
        for (name, value) in &self.0 {
            let Some(param) = params.iter().find(|param| param.name == name) else {
                return Err(FaultError::UnknownParam { fault, param: name.clone() });
            };
            param.kind.check(param.name, value)?;
        }
        Ok(())
    }

    pub(super) fn duration(&self, name: &str, default: Duration) -> Duration {
        match self.0.get(name) {
            Some(Param::Duration(value)) => *value,
            _ => default,
        }
    }

    pub(super) fn share(&self, name: &str, default: f64) -> f64 {
        match self.0.get(name) {
            Some(Param::Share(value)) => *value,
            _ => default,
        }
    }

    pub(super) fn count(&self, name: &str, default: u64) -> u64 {
        match self.0.get(name) {
            Some(Param::Count(value)) => *value,
            _ => default,
        }
    }

    pub(super) fn text<'a>(&'a self, name: &str, default: &'a str) -> &'a str {
        match self.0.get(name) {
            Some(Param::Text(value)) => value,
            _ => default,
        }
    }
}
