//! Twin documents.

use serde_json::{Map, Value};

use super::HubError;

const VERSION: &str = "$version";

/// The desired or the reported section of a twin.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TwinCollection(Map<String, Value>);

impl TwinCollection {
    /// An empty collection.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The members of a JSON object; `None` for anything else.
    #[must_use]
    pub fn from_value(value: Value) -> Option<Self> {
        match value {
            Value::Object(members) => Some(Self(members)),
            _ => None,
        }
    }

    /// `$version`, when it is there and a whole number.
    #[must_use]
    pub fn version(&self) -> Option<i64> {
        self.0.get(VERSION)?.as_i64()
    }

    /// Adds or replaces a property.
    pub fn add(&mut self, name: impl Into<String>, value: impl Into<Value>) {
        self.0.insert(name.into(), value.into());
    }

    /// A property's value.
    #[must_use]
    pub fn value(&self, name: &str) -> Option<&Value> {
        self.0.get(name)
    }

    /// Properties without metadata (names that begin with `$`).
    pub fn properties(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.0.iter().filter(|(name, _)| !name.starts_with('$')).map(|(name, value)| (name.as_str(), value))
    }

    /// Number of properties without metadata.
    #[must_use]
    pub fn len(&self) -> usize {
        self.properties().count()
    }

    /// True when there is no property.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The properties as a JSON object, without metadata.
    #[must_use]
    pub fn to_value(&self) -> Value {
        self.properties().map(|(name, value)| (name.to_owned(), value.clone())).collect::<Map<_, _>>().into()
    }
}

/// A twin as a device sees it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Twin {
    /// What the cloud wants.
    pub desired: TwinCollection,
    /// What the device has reported.
    pub reported: TwinCollection,
}

impl Twin {
    /// Reads the answer to a request for the twin.
    ///
    /// # Errors
    /// It is not JSON, or not a twin.
    pub fn parse(body: &[u8]) -> Result<Self, HubError> {
        let malformed = |what: &str| HubError::Malformed(what.to_owned());
        let value: Value = serde_json::from_slice(body).map_err(|error| malformed(&error.to_string()))?;
        let Value::Object(mut sections) = value else { return Err(malformed("not an object")) };
        let mut section = |name: &str| match sections.remove(name) {
            None => Ok(TwinCollection::new()),
            Some(value) => TwinCollection::from_value(value).ok_or_else(|| malformed(name)),
        };
        Ok(Self { desired: section("desired")?, reported: section("reported")? })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    #[test]
    fn the_answer_of_the_documentation() {
        let body =
            br#"{"desired":{"telemetryInterval":30,"$version":7},"reported":{"fw":"1.0","$version":12}}"#;
        let twin = Twin::parse(body).unwrap();
        assert_eq!((twin.desired.version(), twin.reported.version()), (Some(7), Some(12)));
        assert_eq!(twin.desired.to_value(), json!({ "telemetryInterval": 30 }));
        assert_eq!(twin.desired.len(), 1);
    }

    #[test]
    fn what_is_no_twin_is_refused() {
        for body in [&b""[..], b"[]", b"{\"desired\":1}", b"\xff"] {
            assert_eq!(Twin::parse(body).unwrap_err().kind(), "protocol");
        }
    }

    /// Any JSON value whose numbers JSON can hold exactly.
    fn value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            ".{0,6}".prop_map(Value::from),
        ];
        leaf.prop_recursive(3, 16, 4, |inner| {
            let members = prop::collection::vec((name(), inner.clone()), 0..4);
            prop_oneof![
                prop::collection::vec(inner, 0..4).prop_map(Value::from),
                members.prop_map(|members| Value::Object(members.into_iter().collect())),
            ]
        })
    }

    /// Names of properties, metadata among them.
    fn name() -> impl Strategy<Value = String> {
        prop_oneof![4 => ".{0,6}", 1 => Just(VERSION.to_owned()), 1 => "\\$[a-z]{1,4}"]
    }

    fn section() -> impl Strategy<Value = Map<String, Value>> {
        prop::collection::vec((name(), value()), 0..5).prop_map(|members| members.into_iter().collect())
    }

    proptest! {
        #[test]
        fn a_twin_has_what_its_answer_says(desired in section(), reported in section()) {
            let body = json!({ "desired": desired, "reported": reported }).to_string();
            let twin = Twin::parse(body.as_bytes()).unwrap();
            for (read, said) in [(&twin.desired, &desired), (&twin.reported, &reported)] {
                prop_assert_eq!(read.version(), said.get(VERSION).and_then(Value::as_i64));
                prop_assert!(said.iter().all(|(name, value)| read.value(name) == Some(value)));
                let properties = said.iter().filter(|(name, _)| !name.starts_with('$'));
                prop_assert_eq!(read.len(), properties.clone().count());
                let own = properties.map(|(name, value)| (name.clone(), value.clone())).collect();
                prop_assert_eq!(read.to_value(), Value::Object(own));
            }
        }

        #[test]
        fn arbitrary_and_damaged_answers_never_panic(
            body in prop::collection::vec(any::<u8>(), 0..60),
            desired in section(),
            at: prop::sample::Index,
            octet: u8,
        ) {
            let _ = Twin::parse(&body);
            let mut good = json!({ "desired": desired }).to_string().into_bytes();
            let at = at.index(good.len());
            good[at] = octet;
            let _ = Twin::parse(&good);
            let _ = Twin::parse(&good[..at]);
        }

        #[test]
        fn what_is_added_is_there(names in prop::collection::vec((name(), value()), 0..6)) {
            let mut collection = TwinCollection::new();
            for (name, value) in &names {
                collection.add(name.clone(), value.clone());
                prop_assert_eq!(collection.value(name), Some(value));
            }
            prop_assert_eq!(collection.is_empty(), names.iter().all(|(name, _)| name.starts_with('$')));
        }
    }
}
