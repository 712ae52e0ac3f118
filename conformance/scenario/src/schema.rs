//! JSON Schema of scenario files, for editors.
//!
//! It cannot see what only two places of a file decide together, such as a hub's name and its use: `nanorig check` can.

mod narrow;

use nanorig_dut::{CallSpec, ParamKind, Vocabulary};
use nanorig_trace::event::SOURCES;
use serde_json::{Map, Value, json};

use crate::read::TOP;
use crate::section::{Field, Names};
use crate::setup;

/// The schema (draft 2020-12) of a scenario that uses `words`.
#[must_use]
pub fn schema(words: &Vocabulary) -> Value {
    let mut top = properties(TOP, words);
    let will = object(setup::WILL, words, [], "What the hub stores when the connection ends without a word.");
    top.insert("device".into(), object(setup::DEVICE, words, [("will", will)], "The device under test."));
    top.insert("cloud".into(), cloud(words));
    top.insert("network".into(), network(words));
    top.insert("parameters".into(), parameters(words));
    top.insert("steps".into(), json!({"type": "array", "minItems": 1, "items": {"$ref": "#/$defs/step"}}));
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "nanorig scenario",
        "type": "object",
        "required": ["format", "name", "steps"],
        "additionalProperties": false,
        "properties": top,
        "$defs": {"step": step(words), "event": event()},
    })
}

fn cloud(words: &Vocabulary) -> Value {
    let identities = array(object(setup::IDENTITY, words, [], "A device or module identity."));
    let hub = object(setup::HUB, words, [("devices", identities)], "An IoT Hub.");
    let enrollment = array(object(setup::ENROLLMENT, words, [], "An enrollment."));
    let nested = [("enrollments", enrollment.clone()), ("groups", enrollment)];
    let dps = object(setup::DPS, words, nested, "The Device Provisioning Service.");
    object(setup::CLOUD, words, [("hubs", array(hub)), ("dps", dps)], "IoT Hub and DPS.")
}

fn network(words: &Vocabulary) -> Value {
    let wifi = object(setup::WIFI, words, [], "The access point.");
    let hosts = json!({"type": "object", "additionalProperties": {"type": "array", "items": {"type": "string", "format": "ipv4"}}});
    object(setup::NETWORK, words, [("wifi", wifi), ("hosts", hosts)], "Link and LAN services.")
}

fn object<T, const N: usize>(
    fields: &[Field<T>],
    words: &Vocabulary,
    nested: [(&str, Value); N],
    doc: &str,
) -> Value {
    let mut all = properties(fields, words);
    all.extend(nested.into_iter().map(|(name, schema)| (name.to_owned(), schema)));
    json!({"type": "object", "description": doc, "additionalProperties": false, "properties": all})
}

fn array(items: Value) -> Value {
    json!({"type": "array", "items": items})
}

fn properties<T>(fields: &[Field<T>], words: &Vocabulary) -> Map<String, Value> {
    let one = |field: &Field<T>| {
        let mut schema = narrow::field(field.name, &field.kind).unwrap_or_else(|| kind(&field.kind));
        if let Some(names) = field.names {
            restrict(&mut schema, names, words);
        }
        schema["description"] = field.doc.into();
        (field.name.to_owned(), schema)
    };
    fields.iter().map(one).collect()
}

fn restrict(schema: &mut Value, names: Names, words: &Vocabulary) {
    let all = json!(names.all(words));
    if schema["type"] == "array" {
        schema["items"]["enum"] = all;
    } else {
        schema["enum"] = all;
    }
}

fn kind(kind: &ParamKind) -> Value {
    match kind {
        ParamKind::Text => json!({"type": ["string", "number", "boolean"]}),
        ParamKind::Flag => json!({"type": "boolean"}),
        ParamKind::Integer { min, max } => json!({"type": "integer", "minimum": min, "maximum": max}),
        ParamKind::Number => json!({"type": "number"}),
        ParamKind::Share => json!({"type": "string", "pattern": r"^[0-9.]+%$"}),
        ParamKind::Duration | ParamKind::Lasting { .. } => {
            json!({"type": "string", "pattern": r"^[0-9._]+ ?(us|ms|s|m|min|h|d)$"})
        }
        ParamKind::Size { .. } => json!({"type": "string", "pattern": r"^[0-9._]+ ?(B|KiB|MiB|kB|MB)$"}),
        ParamKind::Date => json!({"type": "string", "format": "date-time"}),
        ParamKind::Address => json!({"type": "string", "format": "ipv4"}),
        ParamKind::Choice(choices) => json!({"enum": choices}),
        ParamKind::Json => json!({}),
        ParamKind::Texts => json!({"type": "array", "items": {"type": "string"}}),
        ParamKind::Map => json!({"type": "object"}),
    }
}

fn step(words: &Vocabulary) -> Value {
    let mut kinds: Vec<Value> = words.calls.iter().map(|spec| call(spec, words)).collect();
    kinds.push(closed(
        json!({"expect": {"$ref": "#/$defs/event"}, "within": kind(&ParamKind::Duration), "times": {"type": "integer", "minimum": 1}}),
        &["expect"],
    ));
    kinds.push(closed(
        json!({"never": {"$ref": "#/$defs/event"}, "for": kind(&ParamKind::Duration)}),
        &["never", "for"],
    ));
    kinds.push(closed(json!({"wait": kind(&ParamKind::Duration)}), &["wait"]));
    let inner = json!({"type": "array", "minItems": 1, "items": {"$ref": "#/$defs/step"}});
    kinds.push(closed(
        json!({"repeat": {"type": "integer", "minimum": 1}, "steps": inner}),
        &["repeat", "steps"],
    ));
    json!({"oneOf": kinds})
}

fn closed(mut properties: Value, required: &[&str]) -> Value {
    properties["label"] = json!({"type": "string"});
    json!({"type": "object", "additionalProperties": false, "required": required, "properties": properties})
}

fn call(spec: &CallSpec, words: &Vocabulary) -> Value {
    let mut properties = json!({
        "within": kind(&ParamKind::Duration),
        "background": {"type": "boolean", "description": "Do not wait for the outcome."},
    });
    properties[spec.hand.key()] = json!({"const": spec.name, "description": spec.summary});
    let results: Map<String, Value> = spec
        .results
        .iter()
        .map(|(name, doc)| ((*name).to_owned(), json!({"description": doc})))
        .chain([("error".to_owned(), json!({"type": "string", "description": "The failure's kind."}))])
        .collect();
    properties["expect"] = json!({"type": "object", "additionalProperties": false, "properties": results});
    for param in spec.params {
        let mut schema = narrow::argument(spec, param.name, words).unwrap_or_else(|| kind(&param.kind));
        schema["description"] = param.doc.into();
        properties[param.name] = schema;
    }
    let required: Vec<&str> = [spec.hand.key()]
        .into_iter()
        .chain(spec.params.iter().filter(|p| p.required).map(|p| p.name))
        .collect();
    closed(properties, &required)
}

fn parameters(words: &Vocabulary) -> Value {
    let one = |named: &nanorig_dut::Named| (named.name.clone(), json!({"description": named.summary}));
    let properties: Map<String, Value> = words.parameters.iter().map(one).collect();
    let doc = "Thresholds, by the names that requirements use.";
    json!({"type": "object", "description": doc, "additionalProperties": false, "properties": properties})
}

fn field_of_event(field: &nanorig_trace::event::FieldSpec) -> Value {
    let mut schema = json!({"description": field.doc.trim()});
    if !field.words.is_empty() {
        schema["enum"] = json!(field.words);
    }
    schema
}

fn event() -> Value {
    let one = |source: &str, spec: &nanorig_trace::event::EventSpec| {
        let mut properties: Map<String, Value> =
            spec.fields.iter().map(|field| (field.name.to_owned(), field_of_event(field))).collect();
        properties.insert(source.to_owned(), json!({"const": spec.name, "description": spec.doc.trim()}));
        json!({"type": "object", "additionalProperties": false, "required": [source], "properties": properties})
    };
    let all: Vec<Value> =
        SOURCES.iter().flat_map(|(source, specs)| specs.iter().map(move |spec| one(source, spec))).collect();
    json!({"oneOf": all})
}
