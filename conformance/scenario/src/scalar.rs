//! Single values: units, ranges, words.

use std::net::Ipv4Addr;
use std::num::IntErrorKind;

use nanorig_dut::ParamKind;
use nanorig_trace::Utc;
use serde_json::{Map, Number, Value};

use crate::syntax::{Node, NodeKind};
use crate::{Diagnostic, suggest};

/// Units of time spans with their length in microseconds.
const DURATION_UNITS: &[(&str, f64)] =
    &[("us", 1.0), ("ms", 1e3), ("s", 1e6), ("m", 60e6), ("min", 60e6), ("h", 3_600e6), ("d", 86_400e6)];

/// Units of sizes with their length in bytes.
const SIZE_UNITS: &[(&str, f64)] =
    &[("B", 1.0), ("KiB", 1_024.0), ("MiB", 1_048_576.0), ("kB", 1e3), ("MB", 1e6)];

/// Converts `node` into the form that [`ParamKind`] promises.
pub(crate) fn convert(kind: &ParamKind, node: &Node) -> Result<Value, Diagnostic> {
    match kind {
        ParamKind::Text => text(node).map(Value::from),
        ParamKind::Flag => flag(node),
        ParamKind::Integer { min, max } => integer(node, *min, *max),
        ParamKind::Number => number(node),
        ParamKind::Share => share(node),
        ParamKind::Duration | ParamKind::Lasting { .. } => {
            with_unit(node, DURATION_UNITS, "a time span", "250ms`, `30s`, `5m` or `48h")
        }
        ParamKind::Size { min, max } => size(node, *min, *max),
        ParamKind::Date => date(node),
        ParamKind::Address => address(node),
        ParamKind::Choice(words) => choice(node, words),
        ParamKind::Json => value(node),
        ParamKind::Texts => texts(node),
        ParamKind::Map => map(node),
    }
}

/// The text of a scalar, whatever it looks like.
pub(crate) fn text(node: &Node) -> Result<String, Diagnostic> {
    match &node.kind {
        NodeKind::Scalar { text, .. } if !node.is_nothing() => Ok(text.clone()),
        _ => Err(wrong(
            node,
            "a text",
            "write one value on the same line, in quotes when it holds `: ` or `#`",
        )),
    }
}

fn flag(node: &Node) -> Result<Value, Diagnostic> {
    match text(node)?.as_str() {
        "true" => Ok(Value::Bool(true)),
        "false" => Ok(Value::Bool(false)),
        _ => Err(wrong(node, "`true` or `false`", "write `true` or `false`")),
    }
}

fn integer(node: &Node, min: i64, max: i64) -> Result<Value, Diagnostic> {
    let text = text(node)?;
    let digits = text.replace('_', "");
    let out_of_range = || {
        let help = format!("write a number from {min} to {max}");
        Err(fault("scenario::range", format!("{text} is out of range"), node, "out of range", help))
    };
    match digits.parse::<i64>() {
        Ok(value) if (min..=max).contains(&value) => Ok(value.into()),
        Ok(_) => out_of_range(),
        Err(error) if matches!(error.kind(), IntErrorKind::PosOverflow | IntErrorKind::NegOverflow) => {
            out_of_range()
        }
        Err(_) => Err(wrong(node, "a whole number", "write digits only")),
    }
}

fn size(node: &Node, min: u64, max: u64) -> Result<Value, Diagnostic> {
    let size = with_unit(node, SIZE_UNITS, "a size", "512B`, `4KiB` or `1MiB")?;
    if size.as_u64().is_some_and(|bytes| (min..=max).contains(&bytes)) {
        return Ok(size);
    }
    let help = format!("write a size from {} to {}", in_bytes(min), in_bytes(max));
    let message = format!("{} is out of range", text(node)?);
    Err(fault("scenario::range", message, node, "out of range", help))
}

/// A size in the largest unit that it is a multiple of.
fn in_bytes(size: u64) -> String {
    match size {
        size if size > 0 && size.is_multiple_of(1 << 20) => format!("{}MiB", size >> 20),
        size if size > 0 && size.is_multiple_of(1 << 10) => format!("{}KiB", size >> 10),
        size => format!("{size}B"),
    }
}

fn number(node: &Node) -> Result<Value, Diagnostic> {
    match text(node)?.parse::<f64>() {
        Ok(parsed) => Number::from_f64(parsed).map(Value::Number).ok_or_else(|| {
            let most = "a number is at most about 1.8e308, and neither `.inf` nor `.nan` is one";
            wrong(node, "a finite number", most)
        }),
        Err(_) => Err(wrong(node, "a number", "write a number such as `21.5`")),
    }
}

fn share(node: &Node) -> Result<Value, Diagnostic> {
    let text = text(node)?;
    let percent = text.strip_suffix('%').and_then(|number| number.trim().parse::<f64>().ok());
    match percent {
        Some(percent) if (0.0..=100.0).contains(&percent) => Ok(Value::from(percent / 100.0)),
        Some(_) => Err(wrong(node, "a share from 0% to 100%", "write a share such as `5%`")),
        None => Err(unit_missing(node, "a share", "0.1%` or `5%")),
    }
}

fn with_unit(node: &Node, units: &[(&str, f64)], what: &str, examples: &str) -> Result<Value, Diagnostic> {
    let text = text(node)?;
    let digits = text.find(|c: char| !c.is_ascii_digit() && c != '.' && c != '_').unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    let Ok(number) = number.replace('_', "").parse::<f64>() else {
        return Err(wrong(node, what, &format!("write a number and its unit, such as `{examples}`")));
    };
    let unit = unit.trim();
    if unit.is_empty() {
        return Err(unit_missing(node, what, examples));
    }
    let Some((_, scale)) = units.iter().find(|(name, _)| *name == unit) else {
        let known: Vec<&str> = units.iter().map(|(name, _)| *name).collect();
        let help = format!("units of {what} are {}", suggest::list(&known));
        return Err(fault(
            "scenario::unit",
            format!("`{unit}` is not a unit of {what}"),
            node,
            "unknown unit",
            help,
        ));
    };
    let value = (number * scale).round();
    if value > 9e15 {
        return Err(wrong(node, what, "it is larger than anything this tool can run"));
    }
    // Below 2^53 and not negative, so the conversion is exact.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked just above")]
    Ok(Value::from(value as u64))
}

fn unit_missing(node: &Node, what: &str, examples: &str) -> Diagnostic {
    let help = format!("write the unit, such as `{examples}`");
    fault("scenario::unit", format!("{what} needs a unit"), node, "a bare number", help)
}

fn date(node: &Node) -> Result<Value, Diagnostic> {
    let text = text(node)?;
    match Utc::parse(&text) {
        Ok(_) => Ok(text.into()),
        Err(_) => Err(wrong(node, "a calendar time", "write UTC such as `2026-03-01T12:00:00Z`")),
    }
}

fn address(node: &Node) -> Result<Value, Diagnostic> {
    let text = text(node)?;
    match text.parse::<Ipv4Addr>() {
        Ok(_) => Ok(text.into()),
        Err(_) => Err(wrong(node, "an IPv4 address", "write four numbers such as `203.0.113.9`")),
    }
}

fn choice(node: &Node, words: &[&str]) -> Result<Value, Diagnostic> {
    let text = text(node)?;
    if words.contains(&text.as_str()) {
        return Ok(text.into());
    }
    let message = format!("`{text}` is not one of the possible words");
    Err(fault("scenario::unknown-word", message, node, "unknown", suggest::help(&text, words, "")))
}

fn texts(node: &Node) -> Result<Value, Diagnostic> {
    let NodeKind::List(items) = &node.kind else {
        return Err(wrong(node, "a list", "write `[one, two]`, or a line `- one` for each"));
    };
    items.iter().map(|item| text(item).map(Value::from)).collect::<Result<Vec<_>, _>>().map(Value::Array)
}

fn map(node: &Node) -> Result<Value, Diagnostic> {
    let NodeKind::Map(entries) = &node.kind else {
        return Err(wrong(node, "a map", "write `{name: value}`, or a line `name: value` for each"));
    };
    for (_, value) in entries {
        if !matches!(value.kind, NodeKind::Scalar { .. }) {
            return Err(wrong(
                value,
                "a single value",
                "values here are texts, numbers, `true`, `false` or `null`",
            ));
        }
    }
    value(node)
}

/// Any value that JSON can carry: YAML's infinities and its not-a-number are none.
fn value(node: &Node) -> Result<Value, Diagnostic> {
    match first_not_json(node) {
        None => Ok(json(node)),
        Some(node) => {
            Err(wrong(node, "a value that JSON has", "write it in quotes if the text itself is meant"))
        }
    }
}

fn first_not_json(node: &Node) -> Option<&Node> {
    match &node.kind {
        NodeKind::Scalar { text, plain: true } => {
            let word = text.trim_start_matches(['-', '+']).to_ascii_lowercase();
            (matches!(word.as_str(), ".nan" | ".inf") || is_too_large(text)).then_some(node)
        }
        NodeKind::Scalar { .. } => None,
        NodeKind::List(items) => items.iter().find_map(first_not_json),
        NodeKind::Map(entries) => entries.iter().find_map(|(_, value)| first_not_json(value)),
    }
}

/// True for a whole number that would lose digits: no reader of JSON that matters here keeps more than 64 bits.
fn is_too_large(text: &str) -> bool {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    !digits.is_empty()
        && digits.bytes().all(|byte| byte.is_ascii_digit())
        && text.parse::<i64>().is_err()
        && text.parse::<u64>().is_err()
}

/// Any YAML as JSON, by the core schema of YAML 1.2: unquoted `null`, `true`, `false` and numbers are not texts.
pub(crate) fn json(node: &Node) -> Value {
    match &node.kind {
        NodeKind::Scalar { text, plain: false } => Value::from(text.as_str()),
        NodeKind::Scalar { text, plain: true } => plain_json(text),
        NodeKind::List(items) => items.iter().map(json).collect(),
        NodeKind::Map(entries) => {
            let entry = |(key, value): &(crate::syntax::Key, Node)| (key.text.clone(), json(value));
            Value::Object(entries.iter().map(entry).collect::<Map<_, _>>())
        }
    }
}

fn plain_json(text: &str) -> Value {
    match text {
        "" | "~" | "null" => return Value::Null,
        "true" => return Value::Bool(true),
        "false" => return Value::Bool(false),
        _ => {}
    }
    let first = text.trim_start_matches(['-', '+']);
    if first.starts_with(|c: char| c.is_ascii_digit() || c == '.') {
        if let Ok(whole) = text.parse::<i64>() {
            return whole.into();
        }
        if let Ok(whole) = text.parse::<u64>() {
            return whole.into();
        }
        if let Some(number) = text.parse::<f64>().ok().and_then(Number::from_f64) {
            return Value::Number(number);
        }
    }
    Value::from(text)
}

pub(crate) fn wrong(node: &Node, wanted: &str, help: &str) -> Diagnostic {
    let found = match &node.kind {
        NodeKind::Scalar { text, .. } if !text.is_empty() && !node.is_nothing() => format!("`{text}`"),
        _ => node.noun().to_owned(),
    };
    let message = format!("expected {wanted}, found {found}");
    fault("scenario::type", message, node, "not that", help.into())
}

pub(crate) fn fault(
    code: &'static str,
    message: String,
    node: &Node,
    label: &str,
    help: String,
) -> Diagnostic {
    Diagnostic { code, message, span: node.span, label: label.into(), help }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ANY_SIZE: ParamKind = ParamKind::Size { min: 0, max: u64::MAX };

    fn scalar(text: &str) -> Node {
        crate::syntax::parse(text).expect("it is YAML")
    }

    #[test]
    fn a_unit_is_required_and_known() {
        let span = |text| convert(&ParamKind::Duration, &scalar(text));
        assert_eq!(span("250ms"), Ok(250_000.into()));
        assert_eq!(span("1.5s"), Ok(1_500_000.into()));
        assert_eq!(span("48h"), Ok(172_800_000_000_u64.into()));
        assert_eq!(span("250").expect_err("no unit").code, "scenario::unit");
        assert_eq!(span("2 weeks").expect_err("no such unit").code, "scenario::unit");
        assert_eq!(convert(&ANY_SIZE, &scalar("4KiB")), Ok(4096.into()));
        assert_eq!(convert(&ParamKind::Share, &scalar("0.1%")), Ok(Value::from(0.001)));
    }

    #[test]
    fn limits_are_inclusive() {
        let kind = ParamKind::Integer { min: 1, max: 4 };
        assert_eq!(convert(&kind, &scalar("4")), Ok(4.into()));
        assert_eq!(convert(&kind, &scalar("5")).expect_err("too large").code, "scenario::range");
        assert_eq!(convert(&kind, &scalar("0")).expect_err("too small").code, "scenario::range");
    }

    #[test]
    fn a_number_of_more_than_64_bits_is_told_the_range() {
        let kind = ParamKind::Integer { min: 0, max: 9 };
        let number = |text| convert(&kind, &scalar(text)).map_err(|fault| (fault.code, fault.help));
        for text in ["18446744073709551616", "-9223372036854775809", "1_000_000_000_000_000_000_000"] {
            assert_eq!(number(text), Err(("scenario::range", "write a number from 0 to 9".to_owned())));
        }
        assert_eq!(number("1e3"), Err(("scenario::type", "write digits only".to_owned())));
        let finite = convert(&ParamKind::Number, &scalar("1e999")).expect_err("it is infinite");
        assert!(finite.message.starts_with("expected a finite number"), "{}", finite.message);
    }

    #[test]
    fn a_size_out_of_range_is_told_the_range() {
        let kind = ParamKind::Size { min: 32, max: 16 << 20 };
        let size = |text| convert(&kind, &scalar(text)).map_err(|fault| (fault.code, fault.help));
        assert_eq!(size("32B"), Ok(32.into()));
        assert_eq!(size("16MiB"), Ok((16 << 20).into()));
        let refused = Err(("scenario::range", "write a size from 32B to 16MiB".to_owned()));
        assert_eq!((size("31B"), size("16777217B")), (refused.clone(), refused));
    }

    #[test]
    fn what_json_cannot_carry_is_no_value() {
        let value = |text| convert(&ParamKind::Json, &scalar(text));
        for text in [".nan", "[1, -.inf]", "{a: {b: .NaN}}", "18446744073709551616", "-9223372036854775809"] {
            assert_eq!(value(text).expect_err(text).code, "scenario::type");
        }
        assert_eq!(value("\".nan\""), Ok(".nan".into()));
        assert_eq!(value("18446744073709551615"), Ok(u64::MAX.into()));
        assert_eq!(value("1e300"), Ok(1e300.into()));
    }

    #[test]
    fn quoted_numbers_stay_texts() {
        let value = json(&scalar(r#"{a: 5, b: "5", c: no, d: null, e: 1e3, f: 1.2.3}"#));
        assert_eq!(
            value,
            serde_json::json!({"a": 5, "b": "5", "c": "no", "d": null, "e": 1000.0, "f": "1.2.3"})
        );
    }
}
