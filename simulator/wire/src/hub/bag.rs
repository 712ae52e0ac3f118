//! Property bags: the last level of telemetry and C2D topics.

use thiserror::Error;

use super::SystemProperty;
use crate::percent::{self, PercentError};

/// Message properties in the order of the topic, decoded; `None` is a name without `=`.
///
/// ```
/// use nanorig_wire::hub::{PropertyBag, SystemProperty};
///
/// let bag = PropertyBag::parse("%24.ct=application%2Fjson&alert=1+1&flag&empty=")?;
/// assert_eq!(bag.system(SystemProperty::ContentType), Some("application/json"));
/// assert_eq!(bag.value("alert"), Some("1+1"));
/// assert_eq!(bag.0[2], ("flag".to_owned(), None));
/// assert_eq!(bag.encode(), "%24.ct=application%2Fjson&alert=1%2B1&flag&empty=");
/// # Ok::<(), nanorig_wire::hub::BagError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PropertyBag(pub Vec<(String, Option<String>)>);

/// How names are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum BagStyle {
    /// `%24.mid`, as the hub and the C SDK write.
    #[default]
    Escaped,
    /// `$.mid`, as most devices write; other `$` are escaped.
    RawDollar,
}

/// A topic level that is no property bag.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum BagError {
    /// A pair without a name: `=x`, `&&`, or `&` at an end.
    #[error("property {index} has no name")]
    NoName {
        /// Which pair, from 0.
        index: usize,
    },
    /// `/` in the bag, which makes it two topic levels.
    #[error("slash at byte {at} splits the property bag")]
    Slash {
        /// Where it stands in the bag.
        at: usize,
    },
    /// A name or value that cannot be decoded.
    #[error("property {index} is badly encoded")]
    Encoding {
        /// Which pair, from 0.
        index: usize,
        /// What is wrong with it.
        source: PercentError,
    },
}

impl PropertyBag {
    /// A bag without properties.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Reads a bag; one `/` at its end is allowed, since the Node SDK adds it. `+` is no space.
    ///
    /// # Errors
    /// When a pair has no name or is badly encoded, or a `/` stands inside.
    pub fn parse(text: &str) -> Result<Self, BagError> {
        let text = text.strip_suffix('/').unwrap_or(text);
        if let Some(at) = text.find('/') {
            return Err(BagError::Slash { at });
        }
        if text.is_empty() {
            return Ok(Self::new());
        }
        let pair = |(index, pair): (usize, &str)| {
            let decode = |text| percent::decode(text).map_err(|source| BagError::Encoding { index, source });
            let (name, value) = match pair.split_once('=') {
                Some((name, value)) => (decode(name)?, Some(decode(value)?)),
                None => (decode(pair)?, None),
            };
            if name.is_empty() { Err(BagError::NoName { index }) } else { Ok((name, value)) }
        };
        text.split('&').enumerate().map(pair).collect::<Result<_, _>>().map(Self)
    }

    /// The bag with every reserved character escaped.
    #[must_use]
    pub fn encode(&self) -> String {
        self.encode_as(BagStyle::Escaped)
    }

    /// The bag in one of the styles that are seen on the wire.
    #[must_use]
    pub fn encode_as(&self, style: BagStyle) -> String {
        let mut out = String::new();
        self.append_as(style, &mut out);
        out
    }

    /// Appends the bag to `out` in one of the styles.
    pub fn append_as(&self, style: BagStyle, out: &mut String) {
        for (index, (name, value)) in self.0.iter().enumerate() {
            if index > 0 {
                out.push('&');
            }
            match (style, name.strip_prefix("$.")) {
                (BagStyle::RawDollar, Some(rest)) => {
                    out.push_str("$.");
                    percent::append(out, rest);
                }
                _ => percent::append(out, name),
            }
            if let Some(value) = value {
                out.push('=');
                percent::append(out, value);
            }
        }
    }

    /// Appends a property.
    pub fn push(&mut self, name: impl Into<String>, value: impl Into<String>) {
        self.0.push((name.into(), Some(value.into())));
    }

    /// Appends a system property.
    pub fn push_system(&mut self, property: SystemProperty, value: impl Into<String>) {
        self.push(property.wire_name(), value);
    }

    /// The value of the first property of that name; `None` also when it has no value.
    #[must_use]
    pub fn value(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(other, _)| other == name)?.1.as_deref()
    }

    /// The value of a system property.
    #[must_use]
    pub fn system(&self, property: SystemProperty) -> Option<&str> {
        self.value(property.wire_name())
    }

    /// System properties that the hub knows, in order.
    pub fn system_properties(&self) -> impl Iterator<Item = (SystemProperty, Option<&str>)> {
        self.0.iter().filter_map(|(name, value)| Some((SystemProperty::from_wire(name)?, value.as_deref())))
    }

    /// Properties of the application, in order: those that are no system properties, known or unknown.
    pub fn application(&self) -> impl Iterator<Item = (&str, Option<&str>)> {
        self.0
            .iter()
            .filter(|(name, _)| !name.starts_with("$.") && SystemProperty::from_wire(name).is_none())
            .map(|(name, value)| (name.as_str(), value.as_deref()))
    }

    /// True when it has no property.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(text: &str) -> Vec<(String, Option<String>)> {
        PropertyBag::parse(text).unwrap().0
    }

    fn pair(name: &str, value: Option<&str>) -> (String, Option<String>) {
        (name.to_owned(), value.map(str::to_owned))
    }

    #[test]
    fn null_empty_and_value_differ() {
        assert_eq!(pairs("a&b=&c=d=e"), [pair("a", None), pair("b", Some("")), pair("c", Some("d=e"))]);
        assert_eq!(pairs(""), []);
        assert_eq!(pairs("/"), []);
        assert_eq!(pairs("a=1/"), [pair("a", Some("1"))]);
    }

    #[test]
    fn dollar_may_be_raw_or_escaped_and_plus_stays() {
        assert_eq!(pairs("$.mid=1&%24.mid=2"), [pair("$.mid", Some("1")), pair("$.mid", Some("2"))]);
        let text = "prop1=iAmValue1&prop2=33.44&prop3=string+with+%24%2F%23%25+chars";
        assert_eq!(PropertyBag::parse(text).unwrap().value("prop3"), Some("string+with+$/#%+chars"));
    }

    #[test]
    fn bags_of_real_clients() {
        let bag = PropertyBag::parse("$.ct=application%2Fjson&$.ce=utf-8&a=1&$.sub=thermostat1").unwrap();
        assert_eq!(bag.system(SystemProperty::ContentType), Some("application/json"));
        assert_eq!(bag.system(SystemProperty::ComponentName), Some("thermostat1"));
        assert_eq!(bag.application().collect::<Vec<_>>(), [("a", Some("1"))]);
        assert_eq!(
            bag.encode_as(BagStyle::RawDollar),
            "$.ct=application%2Fjson&$.ce=utf-8&a=1&$.sub=thermostat1"
        );
        assert_eq!(bag.encode(), "%24.ct=application%2Fjson&%24.ce=utf-8&a=1&%24.sub=thermostat1");
    }

    #[test]
    fn what_is_no_bag_is_rejected() {
        assert_eq!(PropertyBag::parse("a=1&&b=2"), Err(BagError::NoName { index: 1 }));
        assert_eq!(PropertyBag::parse("=1"), Err(BagError::NoName { index: 0 }));
        assert_eq!(PropertyBag::parse("a=b/c"), Err(BagError::Slash { at: 3 }));
        let source = PercentError::BadEscape { at: 1 };
        assert_eq!(PropertyBag::parse("a=1&b=x%2"), Err(BagError::Encoding { index: 1, source }));
    }
}
