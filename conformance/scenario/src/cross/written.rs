//! Texts with a form, and values with a range that their type does not have.

use nanorig_dut::ParamKind;
use nanorig_trace::Utc;
use serde_json::Value;

use super::Scope;
use crate::scalar::{convert, fault, json, text};
use crate::syntax::{Node, NodeKind};
use crate::{Diagnostic, Span};

/// Most characters of an id, at hubs and at DPS.
const MAX_ID: usize = 128;

/// What a text may look like.
struct Form {
    code: &'static str,
    what: &'static str,
    fits: fn(&str) -> bool,
    help: &'static str,
}

impl Form {
    fn test(&self, node: &Node) -> Option<Diagnostic> {
        let given = text(node).ok()?;
        let shown = if given.is_empty() { "an empty text".to_owned() } else { format!("`{given}`") };
        let message = format!("{shown} is not {}", self.what);
        (!(self.fits)(&given)).then(|| fault(self.code, message, node, "not possible", self.help.to_owned()))
    }
}

/// The rule of a hub's identity registry.
pub(super) fn device_id(_: &Scope<'_>, node: &Node) -> Option<Diagnostic> {
    let form = Form {
        code: "scenario::id",
        what: "an id that a hub takes",
        fits: |id| {
            is_id(id) && id.chars().all(|c| c.is_ascii_alphanumeric() || "-.+%_#*?!(),=@$':".contains(c))
        },
        help: "write 1 to 128 letters, digits and characters of `- . + % _ # * ? ! ( ) , = @ $ ' :`",
    };
    form.test(node)
}

/// The rule of DPS.
pub(super) fn registration_id(_: &Scope<'_>, node: &Node) -> Option<Diagnostic> {
    let form = Form {
        code: "scenario::id",
        what: "a registration id",
        fits: |id| {
            is_id(id)
                && id.chars().all(|c| c.is_ascii_alphanumeric() || "-._:".contains(c))
                && id.ends_with(|c: char| c.is_ascii_alphanumeric() || c == '-')
        },
        help: "write 1 to 128 letters, digits and `- . _ :`; the last one a letter, a digit or `-`",
    };
    form.test(node)
}

fn is_id(text: &str) -> bool {
    (1..=MAX_ID).contains(&text.len())
}

/// A hub's name is the first label of its host name.
pub(super) fn hub_name(_: &Scope<'_>, node: &Node) -> Option<Diagnostic> {
    let form = Form {
        code: "scenario::host-name",
        what: "the name of a hub",
        fits: is_label,
        help: "write 1 to 63 letters, digits and `-`, which is neither first nor last",
    };
    form.test(node)
}

pub(super) fn host_name(_: &Scope<'_>, node: &Node) -> Option<Diagnostic> {
    let form = Form {
        code: "scenario::host-name",
        what: "a host name",
        fits: |name| name.len() <= 253 && name.split('.').all(is_label),
        help: "write labels of letters, digits and `-` with dots between them, such as `pool.ntp.org`",
    };
    form.test(node)
}

fn is_label(text: &str) -> bool {
    let edge = |c: char| c == '-';
    (1..=63).contains(&text.len())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
        && !text.starts_with(edge)
        && !text.ends_with(edge)
}

/// MQTT has 16 bits for the seconds of a Keep Alive.
pub(super) fn keep_alive(_: &Scope<'_>, node: &Node) -> Option<Diagnostic> {
    const LONGEST_S: u64 = u16::MAX as u64;
    let micros = convert(&ParamKind::Duration, node).ok()?.as_u64()?;
    let message = format!("{} is out of range", text(node).ok()?);
    let help = format!("write a time span from 0s to {LONGEST_S}s");
    (micros > LONGEST_S * 1_000_000)
        .then(|| fault("scenario::range", message, node, "MQTT has no room for it", help))
}

/// The firmware takes no earlier time for right, and what it has of NTP's time stamps ends with their second era's start.
pub(super) fn start(_: &Scope<'_>, node: &Node) -> Option<Diagnostic> {
    let (first, end) = ("2021-01-01T00:00:00Z", "2104-01-01T00:00:00Z");
    let given = text(node).ok()?;
    let at = Utc::parse(&given).ok()?;
    let within =
        Utc::parse(first).is_ok_and(|first| first <= at) && Utc::parse(end).is_ok_and(|end| at < end);
    let message = format!("{given} is out of range");
    let help = format!("write a time from {first} on and before {end}; no device here has another one");
    (!within).then(|| fault("scenario::range", message, node, "no device can get this time", help))
}

/// What lasts no time cannot be had.
pub(super) fn not_zero(_: &Scope<'_>, node: &Node) -> Option<Diagnostic> {
    let micros = convert(&ParamKind::Duration, node).ok()?.as_u64()?;
    let message = format!("{} is out of range", text(node).ok()?);
    let help = "write a longer time, such as `1h`".to_owned();
    (micros < 1_000_000).then(|| fault("scenario::range", message, node, "less than a second", help))
}

/// Reports give a scenario one line.
pub(super) fn one_line(_: &Scope<'_>, node: &Node) -> Option<Diagnostic> {
    const LONGEST: usize = 200;
    let given = text(node).ok()?;
    let length = given.chars().count();
    let message = format!("the name has {length} characters");
    let help = format!("write at most {LONGEST} here, and the rest as `description:`");
    (length > LONGEST).then(|| fault("scenario::range", message, node, "too long for a line", help))
}

pub(super) fn not_empty(_: &Scope<'_>, node: &Node) -> Option<Diagnostic> {
    let empty = matches!(&node.kind, NodeKind::List(items) if items.is_empty());
    let message = "the list is empty".to_owned();
    let help = "name at least one, or leave the key out".to_owned();
    empty.then(|| fault("scenario::range", message, node, "nothing here", help))
}

/// Application properties of telemetry: the device's API has no null among their values.
pub(super) fn no_null(_: &Scope<'_>, node: &Node) -> Option<Diagnostic> {
    let NodeKind::Map(entries) = &node.kind else { return None };
    let (key, value) = entries.iter().find(|(_, value)| json(value) == Value::Null)?;
    let message = format!("the property `{}` has no value", key.text);
    let help = "write a text, `\"\"` for an empty one; only cloud-to-device messages have null".to_owned();
    Some(fault("scenario::type", message, value, "not a value of telemetry", help))
}

/// Names of application properties.
pub(super) fn property_names(_: &Scope<'_>, node: &Node) -> Option<Diagnostic> {
    let NodeKind::Map(entries) = &node.kind else { return None };
    entries.iter().find_map(|(key, _)| no_property(&key.text, key.span))
}

/// The name of one application property.
pub(super) fn property_name(_: &Scope<'_>, node: &Node) -> Option<Diagnostic> {
    no_property(&text(node).ok()?, node.span)
}

/// Names that begin with `$.` are the system's.
fn no_property(name: &str, span: Span) -> Option<Diagnostic> {
    (name.is_empty() || name.starts_with("$.")).then(|| Diagnostic {
        code: "scenario::id",
        message: format!("`{name}` cannot be the name of a property"),
        span,
        label: "not possible".into(),
        help: "write a name that does not begin with `$.`".into(),
    })
}

/// The number of one of the servers that there are, counted from 1. `more` says how to get more.
pub(super) fn one_of_so_many(noun: &str, there: usize, more: &str, node: &Node) -> Option<Diagnostic> {
    let number: usize = text(node).ok()?.parse().ok()?;
    let message = format!("there is no {noun} {number}");
    let help = match there {
        1 => format!("write 1, the only one, {more}"),
        _ => format!("write a number from 1 to {there}, {more}"),
    };
    (number > there).then(|| fault("scenario::range", message, node, "no such server", help))
}

/// A will has 16 bits for the length of its payload.
pub(super) fn will_body(_: &Scope<'_>, node: &Node) -> Option<Diagnostic> {
    const LARGEST: usize = u16::MAX as usize;
    let bytes = match json(node) {
        Value::String(text) => text.len(),
        other => other.to_string().len(),
    };
    let message = format!("the body of the will has {bytes} bytes");
    let help = format!("write at most {LARGEST} bytes");
    (bytes > LARGEST).then(|| fault("scenario::range", message, node, "MQTT has no room for it", help))
}
