//! The top level of a scenario file.

use std::collections::BTreeMap;

use nanorig_dut::setup::Setup;
use nanorig_dut::{ParamKind, Vocabulary};
use serde_json::Value;

use crate::plan::{self, Plan};
use crate::scalar::{convert, fault, json, text};
use crate::section::{Field, Names, Reader, field, names, unknown_key};
use crate::syntax::{self, Node, NodeKind};
use crate::{Faults, Source, cross, setup, steps};

/// The scenario format that this version reads.
pub(crate) const FORMAT: i64 = 1;

/// Top-level keys with single values.
pub(crate) const TOP: &[Field<Plan>] = &[
    field("format", ParamKind::Integer { min: FORMAT, max: FORMAT }, "Format of the file, 1.", |_, _| {}),
    field("name", ParamKind::Text, "What the scenario shows, in one line.", |plan, value| {
        value.as_str().unwrap_or_default().clone_into(&mut plan.name);
    }),
    field("description", ParamKind::Text, "More about it.", |plan, value| {
        value.as_str().unwrap_or_default().clone_into(&mut plan.description);
    }),
    field("tags", ParamKind::Texts, "Words to select it by.", |plan, value| plan.tags = words(&value)),
    names("requirements", Names::Requirements, "Requirements that it judges.", |plan, value| {
        plan.requirements = words(&value);
    }),
    names("needs", Names::Capabilities, "Capabilities without which it is not applicable.", |plan, value| {
        plan.needs = words(&value);
    }),
    field(
        "seed",
        ParamKind::Integer { min: 0, max: i64::MAX },
        "Seed of all chance. Default 1.",
        |plan, value| {
            plan.seed = value.as_u64();
        },
    ),
    field(
        "start",
        ParamKind::Date,
        "Calendar time at the start. Default 2026-03-01T12:00:00Z.",
        |plan, value| {
            value.as_str().unwrap_or_default().clone_into(&mut plan.setup.start);
        },
    ),
];

/// Thresholds have no common range.
const ANY_SIZE: ParamKind = ParamKind::Size { min: 0, max: u64::MAX };

/// Top-level keys that are sections.
pub(crate) const SECTIONS: &[&str] = &["device", "cloud", "network", "parameters", "steps"];

fn words(value: &Value) -> Vec<String> {
    value.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
}

/// Parses and checks a scenario.
///
/// # Errors
/// Everything that is wrong with the file.
pub fn parse(source: Source, words: &Vocabulary) -> Result<Plan, Faults> {
    let root = match syntax::parse(&source.text) {
        Ok(root) => root,
        Err(fault) => return Err(Faults { source, faults: vec![fault] }),
    };
    if let Some(fault) = other_format(&root) {
        return Err(Faults { source, faults: vec![fault] });
    }
    let mut reader = Reader { words, faults: Vec::new() };
    let mut plan = Plan {
        source: source.clone(),
        name: String::new(),
        description: String::new(),
        tags: Vec::new(),
        requirements: Vec::new(),
        needs: Vec::new(),
        seed: None,
        parameters: BTreeMap::new(),
        setup: Setup::default(),
        steps: Vec::new(),
    };
    format_first(&mut reader, &root);
    reader.section(&root, "a scenario", TOP, SECTIONS, &mut plan, |reader, key, node, plan| match key {
        "device" => setup::device(reader, node, &mut plan.setup.device),
        "cloud" => setup::cloud(reader, node, &mut plan.setup.cloud),
        "network" => setup::network(reader, node, &mut plan.setup.network),
        "parameters" => plan.parameters = parameters(reader, node),
        _ => plan.steps = steps::steps(reader, node),
    });
    complete(&mut reader, &root, &plan);
    bounded(&mut reader, &plan);
    cross::check(&mut reader, &root, &plan.setup);
    let mut faults = reader.faults;
    if faults.is_empty() {
        return Ok(plan);
    }
    faults.sort_by_key(|fault| fault.span.start);
    Err(Faults { source, faults })
}

/// A file of another format is refused as a whole: its other keys may mean something else there.
fn other_format(root: &Node) -> Option<crate::Diagnostic> {
    let NodeKind::Map(entries) = &root.kind else { return None };
    let (_, node) = entries.iter().find(|(key, _)| key.text == "format")?;
    let format = text(node).ok()?.parse::<i64>().ok().filter(|format| *format != FORMAT)?;
    let message = format!("the file has format {format}, this version reads {FORMAT}");
    let help = format!("use the nanorig that it was written for, or write it in format {FORMAT}");
    Some(fault("scenario::format", message, node, "another format", help))
}

/// The format stands first, so that a later version of the file is refused before its contents are misread.
fn format_first(reader: &mut Reader<'_>, root: &Node) {
    let first = match &root.kind {
        NodeKind::Map(entries) => entries.first(),
        _ => None,
    };
    match first {
        Some((key, _)) if key.text == "format" => {}
        Some((key, _)) => reader.fault(crate::Diagnostic {
            code: "scenario::format",
            message: "the file does not begin with its format".into(),
            span: key.span,
            label: "expected `format: 1` before this".into(),
            help: "make `format: 1` the first line".into(),
        }),
        None => {}
    }
}

fn complete(reader: &mut Reader<'_>, root: &Node, plan: &Plan) {
    let NodeKind::Map(entries) = &root.kind else { return };
    let has = |name: &str| entries.iter().any(|(key, _)| key.text == name);
    for (name, help) in [
        ("name", "add `name:` with what the scenario shows"),
        ("steps", "add `steps:`; a first one is `- device: boot`"),
    ] {
        if !has(name) {
            let head = Node { span: entries.first().map_or(root.span, |(key, _)| key.span), ..root.clone() };
            let message = format!("the scenario has no `{name}`");
            reader.fault(fault("scenario::missing-key", message, &head, "in this file", help.to_owned()));
        }
    }
    if has("steps") && plan.steps.is_empty() && reader.faults.is_empty() {
        let help = "a first one is `- device: boot`".to_owned();
        reader.fault(fault("scenario::no-steps", "the scenario has no steps".into(), root, "", help));
    }
}

/// A run keeps something of each step, so that their number has a bound.
fn bounded(reader: &mut Reader<'_>, plan: &Plan) {
    let mut sum = 0_u64;
    let goes_over = |step: &&plan::Step| {
        sum = sum.saturating_add(plan::count(std::slice::from_ref(*step)));
        sum > plan::MAX_STEPS
    };
    let Some(step) = plan.steps.iter().find(goes_over) else { return };
    reader.fault(crate::Diagnostic {
        code: "scenario::too-many-steps",
        message: format!("the scenario has {} steps", plan.step_count()),
        span: step.span,
        label: format!("more than {} from here on", plan::MAX_STEPS),
        help: "repeat less, or let one step do more, as `count` of `telemetry.send` does".into(),
    });
}

/// Thresholds, as written: requirements know their units. A number with a unit is checked here so that a slip is underlined.
fn parameters(reader: &mut Reader<'_>, node: &Node) -> BTreeMap<String, Value> {
    let mut found = BTreeMap::new();
    for (key, value) in reader.entries(node, "`parameters`") {
        let known: Vec<&str> = reader.words.parameters.iter().map(|named| named.name.as_str()).collect();
        if !known.contains(&key.text.as_str()) {
            reader.fault(unknown_key(key, "`parameters`", &known));
            continue;
        }
        let plain = text(value).unwrap_or_default();
        let has_unit =
            plain.starts_with(|c: char| c.is_ascii_digit()) && plain.ends_with(char::is_alphabetic);
        let checked = if has_unit {
            convert(&ParamKind::Duration, value).or_else(|_| convert(&ANY_SIZE, value))
        } else if plain.ends_with('%') {
            convert(&ParamKind::Share, value)
        } else {
            threshold(value)
        };
        if reader.keep(checked).is_some() {
            found.insert(key.text.clone(), json(value));
        }
    }
    found
}

/// A number without a unit. None means anything below zero.
fn threshold(node: &Node) -> Result<Value, crate::Diagnostic> {
    let number = convert(&ParamKind::Number, node)?;
    if number.as_f64().is_some_and(|number| number >= 0.0) {
        return Ok(number);
    }
    let message = format!("{} is out of range", text(node)?);
    Err(fault("scenario::range", message, node, "out of range", "write 0 or more".to_owned()))
}
