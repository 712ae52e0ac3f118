//! What a scenario expects, and how it is compared with what was seen.

use nanorig_trace::Event;
use nanorig_trace::event::{FieldSpec, SOURCES};
use serde_json::{Map, Value};

use crate::Span;
use crate::scalar::{fault, json};
use crate::section::{Reader, unknown_key};
use crate::suggest;
use crate::syntax::{Key, Node};

/// Fields that must be present with these values. Maps are compared key by key, and keys that are not named may be anything.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Expected(pub Map<String, Value>);

impl Expected {
    /// True when `seen` fulfils every field.
    #[must_use]
    pub fn fits(&self, seen: &Map<String, Value>) -> bool {
        self.unfulfilled(seen).next().is_none()
    }

    /// The fields that `seen` does not fulfil, in alphabetical order.
    #[must_use]
    pub fn mismatches(&self, seen: &Map<String, Value>) -> Vec<Mismatch> {
        let mismatch = |(field, wanted): (&String, &Value)| Mismatch {
            field: field.clone(),
            wanted: wanted.clone(),
            found: seen.get(field).cloned(),
        };
        self.unfulfilled(seen).map(mismatch).collect()
    }

    fn unfulfilled<'a>(
        &'a self,
        seen: &'a Map<String, Value>,
    ) -> impl Iterator<Item = (&'a String, &'a Value)> {
        self.0.iter().filter(|(name, wanted)| !seen.get(*name).is_some_and(|found| fits(wanted, found)))
    }
}

/// A field that is not as it should be.
#[derive(Clone, Debug, PartialEq)]
pub struct Mismatch {
    /// Its name.
    pub field: String,
    /// What it should be.
    pub wanted: Value,
    /// What it is, if it is there at all.
    pub found: Option<Value>,
}

/// True when `found` has everything that `wanted` names.
fn fits(wanted: &Value, found: &Value) -> bool {
    match (wanted, found) {
        (Value::Object(wanted), Value::Object(found)) => {
            wanted.iter().all(|(key, value)| found.get(key).is_some_and(|found| fits(value, found)))
        }
        (Value::Array(wanted), Value::Array(found)) => {
            wanted.len() == found.len() && wanted.iter().zip(found).all(|(wanted, found)| fits(wanted, found))
        }
        (Value::Number(wanted), Value::Number(found)) => wanted == found || wanted.as_f64() == found.as_f64(),
        _ => wanted == found,
    }
}

/// An event to wait for, or to rule out.
#[derive(Clone, Debug, PartialEq)]
pub struct EventPattern {
    /// Source of the event, such as `device`.
    pub source: &'static str,
    /// Its name, such as `status`.
    pub name: &'static str,
    /// What its fields must hold.
    pub fields: Expected,
    /// Where the pattern stands.
    pub span: Span,
}

impl EventPattern {
    /// True when `event` is of this kind, whatever its fields hold.
    #[must_use]
    pub fn same_kind(&self, event: &Event) -> bool {
        event.source() == self.source && event.name() == self.name
    }

    /// True when `event` fulfils the pattern.
    #[must_use]
    pub fn matches(&self, event: &Event) -> bool {
        self.same_kind(event)
            && (self.fields.0.is_empty()
                || match serde_json::to_value(event) {
                    Ok(Value::Object(seen)) => self.fields.fits(&seen),
                    _ => false,
                })
    }
}

/// Reads `{ device: status, client: hub, status: Connected }`.
pub(crate) fn pattern(reader: &mut Reader<'_>, node: &Node) -> Option<EventPattern> {
    let entries = reader.entries(node, "an event");
    let is_source = |key: &Key| SOURCES.iter().any(|(source, _)| *source == key.text);
    let Some((source_key, name_node)) = entries.iter().find(|(key, _)| is_source(key)) else {
        let sources: Vec<&str> = SOURCES.iter().map(|(source, _)| *source).collect();
        let help = format!(
            "name its source and kind, such as `device: status`; sources are {}",
            suggest::list(&sources)
        );
        let message = "the event has no source".to_owned();
        reader.fault(fault("scenario::event", message, node, "which event?", help));
        return None;
    };
    let (source, specs) = SOURCES.iter().find(|(source, _)| *source == source_key.text)?;
    let name = reader.keep(crate::scalar::text(name_node))?;
    let Some(spec) = specs.iter().find(|spec| spec.name == name) else {
        let known: Vec<&str> = specs.iter().map(|spec| spec.name).collect();
        let message = format!("{source} has no event `{name}`");
        let help = suggest::help(&name, &known, "nanorig list events");
        reader.fault(fault("scenario::event", message, name_node, "unknown event", help));
        return None;
    };
    let mut fields = Map::new();
    for (key, value) in entries.iter().filter(|(key, _)| key != source_key) {
        if let Some(field) = spec.fields.iter().find(|field| field.name == key.text) {
            word(reader, field, value);
            fields.insert(key.text.clone(), json(value));
        } else {
            let known: Vec<&str> = spec.fields.iter().map(|field| field.name).collect();
            reader.fault(unknown_key(key, &format!("the event `{source}: {name}`"), &known));
        }
    }
    Some(EventPattern { source, name: spec.name, fields: Expected(fields), span: node.span })
}

/// What a field never holds would be waited for in vain.
fn word(reader: &mut Reader<'_>, field: &FieldSpec, node: &Node) {
    let Ok(given) = crate::scalar::text(node) else { return };
    if field.words.is_empty() || field.words.contains(&given.as_str()) {
        return;
    }
    let message = format!("`{}` is never `{given}`", field.name);
    let help = suggest::help(&given, field.words, "");
    reader.fault(fault("scenario::unknown-word", message, node, "unknown", help));
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn expected(value: &Value) -> Expected {
        Expected(value.as_object().cloned().unwrap_or_default())
    }

    #[test]
    fn maps_are_compared_by_the_keys_that_are_named() {
        let seen = json!({"status": 200, "patch": {"target": {"ac": 200, "value": 23.0}, "other": 1}});
        let seen = seen.as_object().expect("a map");
        assert_eq!(expected(&json!({"patch": {"target": {"ac": 200, "value": 23}}})).mismatches(seen), []);
        let wrong = expected(&json!({"status": 201, "patch": {"target": {"ac": 201}}})).mismatches(seen);
        assert_eq!(wrong.iter().map(|wrong| wrong.field.as_str()).collect::<Vec<_>>(), ["patch", "status"]);
        let absent = expected(&json!({"missing": null})).mismatches(seen);
        assert_eq!(absent, [Mismatch { field: "missing".into(), wanted: Value::Null, found: None }]);
    }
}
