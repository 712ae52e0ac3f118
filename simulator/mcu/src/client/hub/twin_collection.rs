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

    /// Applies a patch: null deletes, objects merge, anything else replaces.
    pub fn merge(&mut self, patch: &Self) {
        merge(&mut self.0, &patch.0);
    }
}

/// Merges objects as twins do.
pub(super) fn merge(into: &mut Map<String, Value>, patch: &Map<String, Value>) {
    for (name, value) in patch {
        match (into.get_mut(name), value) {
            (_, Value::Null) => {
                into.remove(name);
            }
            (Some(Value::Object(old)), Value::Object(new)) => merge(old, new),
            (_, Value::Object(new)) => {
                let mut fresh = Map::new();
                merge(&mut fresh, new);
                into.insert(name.clone(), fresh.into());
            }
            _ => {
                into.insert(name.clone(), value.clone());
            }
        }
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

    #[test]
    fn null_deletes_and_objects_merge() {
        let mut twin = TwinCollection::from_value(json!({ "a": 1, "b": { "c": 2, "d": 3 } })).unwrap();
        let patch = json!({ "a": null, "b": { "c": null, "e": { "f": null, "g": 4 } }, "h": [null] });
        twin.merge(&TwinCollection::from_value(patch).unwrap());
        assert_eq!(twin.to_value(), json!({ "b": { "d": 3, "e": { "g": 4 } }, "h": [null] }));
    }
}
