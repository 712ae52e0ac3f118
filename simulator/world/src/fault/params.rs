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
    Count,
    /// A word.
    Text,
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
        range: &'static str,
    },
}

impl Params {
    /// The same with one more value.
    #[must_use]
    pub fn with(mut self, name: &str, value: Param) -> Self {
        self.0.insert(name.into(), value);
        self
    }

    pub(super) fn duration(&self, name: &'static str, default: Duration) -> Result<Duration, FaultError> {
        match self.0.get(name) {
            None => Ok(default),
            Some(Param::Duration(value)) => Ok(*value),
            Some(got) => Err(wrong(name, ParamKind::Duration, got)),
        }
    }

    pub(super) fn share(&self, name: &'static str, default: f64) -> Result<f64, FaultError> {
        match self.0.get(name) {
            None => Ok(default),
            Some(Param::Share(value)) if (0.0..=1.0).contains(value) => Ok(*value),
            Some(Param::Share(_)) => Err(FaultError::OutOfRange { param: name, range: "from 0 to 1" }),
            Some(got) => Err(wrong(name, ParamKind::Share, got)),
        }
    }

    pub(super) fn count(&self, name: &'static str, default: u64) -> Result<u64, FaultError> {
        match self.0.get(name) {
            None => Ok(default),
            Some(Param::Count(value)) => Ok(*value),
            Some(got) => Err(wrong(name, ParamKind::Count, got)),
        }
    }

    pub(super) fn text<'a>(&'a self, name: &'static str, default: &'a str) -> Result<&'a str, FaultError> {
        match self.0.get(name) {
            None => Ok(default),
            Some(Param::Text(value)) => Ok(value),
            Some(got) => Err(wrong(name, ParamKind::Text, got)),
        }
    }
}

fn wrong(param: &'static str, expected: ParamKind, got: &Param) -> FaultError {
    FaultError::WrongKind { param, expected, got: got.clone() }
}
