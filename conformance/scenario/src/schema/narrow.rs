//! Values of which more is known than their type: what the checks between values demand, as far as a schema can say it.

use nanorig_dut::{CallSpec, Hand, Named, ParamKind, Vocabulary};
use serde_json::{Value, json};

/// `enrolled`, `wrong`, or 16 to 64 bytes in base64 with its padding.
const KEY: &str = r"^(enrolled|wrong|([A-Za-z0-9+/]{4}){5,20}([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=|[A-Za-z0-9+/]{4})|([A-Za-z0-9+/]{4}){21}[A-Za-z0-9+/]{2}==)$";

/// The schema of a key of the set-up, when it says more than the key's type.
pub(super) fn field(name: &str, kind: &ParamKind) -> Option<Value> {
    match (name, kind) {
        ("key", ParamKind::Text) => Some(json!({"type": "string", "pattern": KEY})),
        ("tls" | "time-servers", ParamKind::Texts) => {
            Some(json!({"type": "array", "minItems": 1, "items": {"type": "string"}}))
        }
        ("desired" | "reported" | "tags", ParamKind::Json) => Some(properties()),
        ("properties", ParamKind::Map) => {
            let mut schema = application_properties();
            schema["propertyNames"] = json!({"minLength": 1, "not": {"pattern": r"^\$\."}});
            Some(schema)
        }
        ("initial-twin", ParamKind::Json) => Some(json!({
            "type": "object",
            "additionalProperties": false,
            "properties": {"desired": properties(), "tags": properties()},
        })),
        _ => None,
    }
}

/// The schema of an argument of a call, when it says more than the parameter's type.
pub(super) fn argument(spec: &CallSpec, param: &str, words: &Vocabulary) -> Option<Value> {
    match (spec.hand, spec.name, param) {
        (Hand::Device, "telemetry.send", "properties") => Some(application_properties()),
        (Hand::Device, "twin.report", "patch") | (Hand::Cloud, "twin.desired", "patch") => Some(properties()),
        (Hand::Cloud, "certificate", "kind") => Some(one_of(&words.certificates)),
        (Hand::Cloud, "certificate", "root") => Some(one_of(&words.roots)),
        (Hand::Cloud, "calm", "stimulus") => Some(calls(Hand::Cloud, words)),
        (Hand::Network, "heal", "fault") => Some(calls(Hand::Network, words)),
        _ => None,
    }
}

/// Properties of a message of the device: none of them is null.
fn application_properties() -> Value {
    json!({"type": "object", "additionalProperties": {"type": ["string", "number", "boolean"]}})
}

/// Properties of a twin.
fn properties() -> Value {
    json!({"type": "object"})
}

fn one_of(names: &[Named]) -> Value {
    let names: Vec<&str> = names.iter().map(|named| named.name.as_str()).collect();
    json!({"enum": names})
}

fn calls(hand: Hand, words: &Vocabulary) -> Value {
    let calls = words.calls.iter().filter(|spec| spec.hand == hand);
    json!({"enum": calls.map(|spec| spec.name).collect::<Vec<_>>()})
}
