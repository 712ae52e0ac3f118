//! The query part of Azure's MQTT topics: `?$rid=1&$version=4`.

use std::str::FromStr;

use thiserror::Error;

/// A query that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum QueryError {
    /// The last level does not start with `?`.
    #[error("query does not start with a question mark")]
    NoQuestionMark,
    /// A pair without `=`.
    #[error("{pair:?} has no equals sign")]
    NoEqualsSign {
        /// The pair.
        pair: String,
    },
    /// A key that comes twice.
    #[error("{key} comes twice")]
    Duplicate {
        /// The key.
        key: String,
    },
    /// A key that must be there.
    #[error("{key} is missing or empty")]
    Missing {
        /// The key.
        key: &'static str,
    },
    /// A key that must stand first.
    #[error("{key} is not the first key")]
    NotFirst {
        /// The key.
        key: &'static str,
    },
    /// A value that is no number, or is out of range.
    #[error("{key} is {found:?} instead of a number")]
    NotANumber {
        /// The key.
        key: &'static str,
        /// Its value.
        found: String,
    },
}

/// Keys and values as they stand in the topic: real clients compare them without decoding.
pub(crate) struct Query<'a>(Vec<(&'a str, &'a str)>);

impl<'a> Query<'a> {
    /// Every pair must have `=`, and no key may come twice: the Python SDK insists on both.
    pub(crate) fn parse(text: &'a str) -> Result<Self, QueryError> {
        let text = text.strip_prefix('?').ok_or(QueryError::NoQuestionMark)?;
        let mut pairs: Vec<(&str, &str)> = Vec::new();
        for pair in text.split('&') {
            let (key, value) =
                pair.split_once('=').ok_or_else(|| QueryError::NoEqualsSign { pair: pair.to_owned() })?;
            if pairs.iter().any(|(other, _)| *other == key) {
                return Err(QueryError::Duplicate { key: key.to_owned() });
            }
            pairs.push((key, value));
        }
        Ok(Self(pairs))
    }

    fn value(&self, key: &str) -> Option<&'a str> {
        self.0.iter().find(|(other, _)| *other == key).map(|(_, value)| *value)
    }

    pub(crate) fn required(&self, key: &'static str) -> Result<&'a str, QueryError> {
        self.value(key).filter(|value| !value.is_empty()).ok_or(QueryError::Missing { key })
    }

    pub(crate) fn first(&self, key: &'static str) -> Result<&'a str, QueryError> {
        let value = self.required(key)?;
        match self.0.first() {
            Some((first, _)) if *first == key => Ok(value),
            _ => Err(QueryError::NotFirst { key }),
        }
    }

    pub(crate) fn number<T: FromStr>(&self, key: &'static str) -> Result<Option<T>, QueryError> {
        self.value(key).map(|found| number(key, found)).transpose()
    }

    /// As [`number`](Self::number), for a key whose letters may have any case.
    pub(crate) fn number_in_any_case<T: FromStr>(&self, key: &'static str) -> Result<Option<T>, QueryError> {
        let pair = self.0.iter().find(|(other, _)| other.eq_ignore_ascii_case(key));
        pair.map(|(_, found)| number(key, found)).transpose()
    }
}

fn number<T: FromStr>(key: &'static str, found: &str) -> Result<T, QueryError> {
    found.parse().map_err(|_| QueryError::NotANumber { key, found: found.to_owned() })
}
