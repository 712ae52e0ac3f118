//! YAML as an editor hands it to a schema: plain values, with anchors resolved and the last of equal keys.

use std::collections::BTreeMap;

use granit_parser::{Event, Parser, ScalarStyle};
use serde_json::{Map, Value};

/// The one document of a file.
pub(crate) fn value(text: &str) -> Result<Value, String> {
    let mut builder = Builder::default();
    for next in Parser::new_from_str_with_options(text, granit_parser::Options::default()) {
        let (event, _) = next.map_err(|error| error.info().to_string())?;
        builder.take(event)?;
    }
    builder.root.ok_or_else(|| "no document".into())
}

#[derive(Default)]
struct Builder {
    open: Vec<Open>,
    anchors: BTreeMap<usize, Value>,
    root: Option<Value>,
}

/// A collection whose end was not seen yet, with its anchor.
enum Open {
    List(Vec<Value>, usize),
    Map(Map<String, Value>, Option<String>, usize),
}

impl Builder {
    fn take(&mut self, event: Event<'_>) -> Result<(), String> {
        match event {
            Event::Scalar(text, style, anchor, _) => {
                let value = match style {
                    ScalarStyle::Plain => plain(&text),
                    _ => Value::String(text.into_owned()),
                };
                self.place(value, anchor)
            }
            Event::SequenceStart(_, anchor, _) => {
                self.open.push(Open::List(Vec::new(), anchor));
                Ok(())
            }
            Event::MappingStart(_, anchor, _) => {
                self.open.push(Open::Map(Map::new(), None, anchor));
                Ok(())
            }
            Event::SequenceEnd | Event::MappingEnd => match self.open.pop() {
                Some(Open::List(items, anchor)) => self.place(Value::Array(items), anchor),
                Some(Open::Map(entries, _, anchor)) => self.place(Value::Object(entries), anchor),
                None => Err("an end without a beginning".into()),
            },
            Event::Alias(anchor) => {
                let value = self.anchors.get(&anchor).cloned().ok_or("an alias of nothing")?;
                self.place(value, 0)
            }
            _ => Ok(()),
        }
    }

    fn place(&mut self, value: Value, anchor: usize) -> Result<(), String> {
        if anchor != 0 {
            self.anchors.insert(anchor, value.clone());
        }
        match self.open.last_mut() {
            None => self.root = Some(value),
            Some(Open::List(items, _)) => items.push(value),
            Some(Open::Map(entries, pending, _)) => match pending.take() {
                Some(key) => {
                    entries.insert(key, value);
                }
                None => *pending = Some(key(value)?),
            },
        }
        Ok(())
    }
}

fn key(value: Value) -> Result<String, String> {
    match value {
        Value::String(text) => Ok(text),
        Value::Number(_) | Value::Bool(_) | Value::Null => Ok(value.to_string()),
        Value::Array(_) | Value::Object(_) => Err("a key that is no word".into()),
    }
}

/// A plain scalar by the core schema of YAML 1.2.
fn plain(text: &str) -> Value {
    match text {
        "" | "~" | "null" => return Value::Null,
        "true" => return Value::Bool(true),
        "false" => return Value::Bool(false),
        _ => {}
    }
    match serde_json::from_str(text) {
        Ok(number @ Value::Number(_)) => number,
        _ => Value::String(text.to_owned()),
    }
}
