//! The list of steps.

use std::time::Duration;

use nanorig_dut::{Args, Call, CallSpec, Hand, ParamKind};
use serde_json::{Map, Value};

use crate::Expected;
use crate::expect::pattern;
use crate::plan::{Step, StepKind};
use crate::scalar::{convert, fault, json, text};
use crate::section::{Reader, unknown_key};
use crate::suggest;
use crate::syntax::{Key, Node, NodeKind};

/// How long an `expect` waits when it does not say.
const EXPECT_WITHIN: Duration = Duration::from_secs(30);

/// Keys that select what a step is.
pub(crate) const KINDS: &[&str] = &["device", "cloud", "network", "expect", "never", "wait", "repeat"];

/// Keys that a call step may have besides the call's parameters.
pub(crate) const CALL_KEYS: &[&str] = &["label", "within", "expect", "background"];

/// Reads a list of steps.
pub(crate) fn steps(reader: &mut Reader<'_>, node: &Node) -> Vec<Step> {
    reader.items(node, "steps").iter().filter_map(|item| step(reader, item)).collect()
}

fn step(reader: &mut Reader<'_>, node: &Node) -> Option<Step> {
    let entries = reader.entries(node, "a step");
    // `expect` both selects a step and refines a call, so it is looked for last.
    let selects = |key: &&(Key, Node)| KINDS.contains(&key.0.text.as_str()) && key.0.text != "expect";
    let chosen = entries.iter().find(selects).or_else(|| find(entries, "expect"));
    let Some((key, value)) = chosen else {
        if !entries.is_empty() {
            reader.fault(no_kind(node, entries));
        }
        return None;
    };
    let label = find(entries, "label").and_then(|(_, node)| reader.keep(text(node)));
    let kind = match key.text.as_str() {
        "device" => call(reader, Hand::Device, entries, value),
        "cloud" => call(reader, Hand::Cloud, entries, value),
        "network" => call(reader, Hand::Network, entries, value),
        "expect" => expect(reader, entries, value),
        "never" => never(reader, node, entries, value),
        "wait" => {
            only(reader, entries, "a `wait` step", &["wait", "label"]);
            duration(reader, value).map(|span| StepKind::Wait { span })
        }
        _ => repeat(reader, node, entries, value),
    }?;
    let label = label.unwrap_or_else(|| default_label(&kind));
    Some(Step { label, span: node.span, kind })
}

fn default_label(kind: &StepKind) -> String {
    match kind {
        StepKind::Call { call, .. } => format!("{} {}", call.spec.hand.key(), call.spec.name),
        StepKind::Expect { pattern, .. } => format!("expect {} {}", pattern.source, pattern.name),
        StepKind::Never { pattern, .. } => format!("never {} {}", pattern.source, pattern.name),
        StepKind::Wait { span } => format!("wait {span:?}"),
        StepKind::Repeat { times, .. } => format!("repeat {times} times"),
    }
}

fn find<'n>(entries: &'n [(Key, Node)], name: &str) -> Option<&'n (Key, Node)> {
    entries.iter().find(|(key, _)| key.text == name)
}

fn no_kind(node: &Node, entries: &[(Key, Node)]) -> crate::Diagnostic {
    let near = entries.iter().find_map(|(key, _)| suggest::closest(&key.text, KINDS.iter().copied()));
    let help = near.map_or_else(
        || format!("begin the step with one of {}", suggest::list(KINDS)),
        |word| format!("did you mean `{word}`?"),
    );
    fault("scenario::step", "the step does not say what to do".into(), node, "no known kind of step", help)
}

fn call(reader: &mut Reader<'_>, hand: Hand, entries: &[(Key, Node)], name: &Node) -> Option<StepKind> {
    if name.is_nothing() {
        reader.fault(nameless_call(hand, name));
        return None;
    }
    let typed = reader.keep(text(name))?;
    let Some(spec) = reader.words.call(hand, &typed) else {
        reader.fault(unknown_call(reader.words, hand, &typed, name));
        return None;
    };
    let mut args = Args::default();
    let mut expected = None;
    let mut within = None;
    let mut background = false;
    for (key, value) in entries.iter().filter(|(key, _)| key.text != hand.key()) {
        match key.text.as_str() {
            "label" => {}
            "within" => within = deadline(reader, value),
            "background" => {
                background = reader.keep(convert(&ParamKind::Flag, value)) == Some(Value::Bool(true));
            }
            "expect" => expected = outcome(reader, spec, value),
            _ => argument(reader, spec, key, value, &mut args),
        }
    }
    for param in spec.params.iter().filter(|param| param.required && !has(entries, param.name)) {
        let message = format!("`{typed}` needs `{}`", param.name);
        let help = format!("add `{}:` - {}", param.name, param.doc);
        reader.fault(fault("scenario::missing-key", message, name, "incomplete", help));
    }
    let within = within.unwrap_or_else(|| spec.deadline(&args));
    Some(StepKind::Call { call: Call { spec, args }, expect: expected, within, background })
}

fn has(entries: &[(Key, Node)], name: &str) -> bool {
    find(entries, name).is_some()
}

fn list_command(hand: Hand) -> &'static str {
    if hand == Hand::Device { "nanorig list actions" } else { "nanorig list stimuli" }
}

fn nameless_call(hand: Hand, node: &Node) -> crate::Diagnostic {
    let (key, command) = (hand.key(), list_command(hand));
    let message = format!("the step does not say what the {key} shall do");
    let help = format!("write its name after `{key}:`; `{command}` names all");
    fault("scenario::step", message, node, "nothing here", help)
}

fn unknown_call(words: &nanorig_dut::Vocabulary, hand: Hand, typed: &str, node: &Node) -> crate::Diagnostic {
    let key = hand.key();
    let names: Vec<&str> =
        words.calls.iter().filter(|spec| spec.hand == hand).map(|spec| spec.name).collect();
    let elsewhere = words.calls.iter().find(|spec| spec.name == typed);
    let help = elsewhere.map_or_else(
        || suggest::help(typed, &names, list_command(hand)),
        |spec| format!("write `{}: {typed}`", spec.hand.key()),
    );
    fault("scenario::unknown-call", format!("{key} has no `{typed}`"), node, "unknown", help)
}

fn argument(reader: &mut Reader<'_>, spec: &CallSpec, key: &Key, value: &Node, args: &mut Args) {
    let Some(param) = spec.params.iter().find(|param| param.name == key.text) else {
        let known: Vec<&str> =
            spec.params.iter().map(|param| param.name).chain(CALL_KEYS.iter().copied()).collect();
        reader.fault(unknown_key(key, &format!("`{}`", spec.name), &known));
        return;
    };
    if let Some(value) = reader.value(&param.kind, None, value) {
        args.0.insert(param.name.to_owned(), value);
    }
}

/// What a call's outcome must hold: known result fields, or `error`.
fn outcome(reader: &mut Reader<'_>, spec: &CallSpec, node: &Node) -> Option<(Expected, crate::Span)> {
    let NodeKind::Map(entries) = &node.kind else {
        let known: Vec<&str> = spec.results.iter().map(|(name, _)| *name).collect();
        let help = format!(
            "write `expect: {{ field: value }}` with fields of {} and `error`",
            suggest::list(&known)
        );
        let message = "an outcome is compared field by field".to_owned();
        reader.fault(fault("scenario::type", message, node, "not a map", help));
        return None;
    };
    let mut fields = Map::new();
    for (key, value) in entries {
        if key.text == "error" || spec.results.iter().any(|(name, _)| *name == key.text) {
            fields.insert(key.text.clone(), json(value));
        } else {
            let known: Vec<&str> = spec.results.iter().map(|(name, _)| *name).chain(["error"]).collect();
            reader.fault(unknown_key(key, &format!("the outcome of `{}`", spec.name), &known));
        }
    }
    Some((Expected(fields), node.span))
}

fn expect(reader: &mut Reader<'_>, entries: &[(Key, Node)], node: &Node) -> Option<StepKind> {
    only(reader, entries, "an `expect` step", &["expect", "within", "times", "label"]);
    let within = find(entries, "within").and_then(|(_, node)| deadline(reader, node));
    let times = find(entries, "times").map_or(1, |(_, node)| count(reader, node));
    let pattern = pattern(reader, node)?;
    Some(StepKind::Expect { pattern, times, within: within.unwrap_or(EXPECT_WITHIN) })
}

fn never(reader: &mut Reader<'_>, whole: &Node, entries: &[(Key, Node)], node: &Node) -> Option<StepKind> {
    only(reader, entries, "a `never` step", &["never", "for", "label"]);
    let Some((_, during)) = find(entries, "for") else {
        let help = "add `for: 30s`: how long it must not happen".to_owned();
        reader.fault(fault(
            "scenario::missing-key",
            "`never` needs `for`".into(),
            whole,
            "for how long?",
            help,
        ));
        return None;
    };
    let during = duration(reader, during);
    Some(StepKind::Never { pattern: pattern(reader, node)?, during: during? })
}

fn repeat(reader: &mut Reader<'_>, whole: &Node, entries: &[(Key, Node)], times: &Node) -> Option<StepKind> {
    only(reader, entries, "a `repeat` step", &["repeat", "steps", "label"]);
    let times = count(reader, times);
    let Some((_, inner)) = find(entries, "steps") else {
        let help = "add `steps:` with the steps to repeat, indented".to_owned();
        reader.fault(fault(
            "scenario::missing-key",
            "`repeat` needs `steps`".into(),
            whole,
            "repeat what?",
            help,
        ));
        return None;
    };
    if matches!(&inner.kind, NodeKind::List(items) if items.is_empty()) {
        let help = "put a step into it, or remove the `repeat`".to_owned();
        let message = "there is no step to repeat".to_owned();
        reader.fault(fault("scenario::no-steps", message, inner, "no steps", help));
    }
    Some(StepKind::Repeat { times, steps: steps(reader, inner) })
}

fn count(reader: &mut Reader<'_>, node: &Node) -> u32 {
    let kind = ParamKind::Integer { min: 1, max: 10_000_000 };
    let value = reader.keep(convert(&kind, node)).and_then(|value| value.as_u64());
    value.and_then(|value| u32::try_from(value).ok()).unwrap_or(1)
}

fn duration(reader: &mut Reader<'_>, node: &Node) -> Option<Duration> {
    let value = reader.keep(convert(&ParamKind::Duration, node))?;
    value.as_u64().map(Duration::from_micros)
}

/// A time in which something can happen.
fn deadline(reader: &mut Reader<'_>, node: &Node) -> Option<Duration> {
    let within = duration(reader, node)?;
    if within.is_zero() {
        let help = "write how long it may take, such as `10s`".to_owned();
        reader.fault(fault(
            "scenario::range",
            "nothing happens in no time".to_owned(),
            node,
            "too short",
            help,
        ));
        return None;
    }
    Some(within)
}

fn only(reader: &mut Reader<'_>, entries: &[(Key, Node)], what: &str, known: &[&str]) {
    for (key, _) in entries.iter().filter(|(key, _)| !known.contains(&key.text.as_str())) {
        reader.fault(unknown_key(key, what, known));
    }
}
