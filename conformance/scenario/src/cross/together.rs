//! Arguments of one step that do not go together.

use nanorig_dut::{Hand, ParamKind};
use serde_json::Value;

use super::entry;
use crate::Diagnostic;
use crate::scalar::{convert, fault, text};
use crate::syntax::{Key, Node, NodeKind};

/// The arguments of a step, by their names.
type Arguments = [(Key, Node)];

/// Says what is wrong with the arguments of a call, if anything is.
type Test = fn(&Arguments) -> Option<Diagnostic>;

/// Tests of calls.
const CALLS: &[(Hand, &str, Test)] = &[
    (Hand::Device, "telemetry.send", number_over_property),
    (Hand::Network, "flap", flap_of_no_time),
    (Hand::Network, "delay-spike", endless_spike),
    (Hand::Network, "dns.answer", alias_of_nothing),
];

/// What is wrong with the arguments of this call.
pub(super) fn faults(hand: Hand, call: &str, arguments: &Arguments) -> impl Iterator<Item = Diagnostic> {
    let own = CALLS.iter().filter(move |(own, name, _)| *own == hand && *name == call);
    own.filter_map(|(.., test)| test(arguments))
}

fn argument<'a>(arguments: &'a Arguments, name: &str) -> Option<&'a Node> {
    entry(arguments, name).map(|(_, node)| node)
}

fn micros(node: &Node) -> Option<u64> {
    convert(&ParamKind::Duration, node).ok().as_ref().and_then(Value::as_u64)
}

/// The number of a message would overwrite a property of the same name.
fn number_over_property(arguments: &Arguments) -> Option<Diagnostic> {
    let sequence = argument(arguments, "sequence")?;
    let name = text(sequence).ok()?;
    let NodeKind::Map(properties) = &argument(arguments, "properties")?.kind else { return None };
    entry(properties, &name)?;
    let message = format!("`{name}` is a property of the messages already");
    let help =
        "give the number a name of its own, such as `number`, or leave it out of `properties`".to_owned();
    Some(fault("scenario::conflict", message, sequence, "one of `properties`", help))
}

/// A link that is neither up nor down for any time.
fn flap_of_no_time(arguments: &Arguments) -> Option<Diagnostic> {
    let down = argument(arguments, "down")?;
    let both = micros(argument(arguments, "up")?)? == 0 && micros(down)? == 0;
    let message = "the link is neither up nor down for any time".to_owned();
    let help =
        "write how long frames pass and how long they are lost, such as `up: 30s` and `down: 10s`".to_owned();
    both.then(|| fault("scenario::range", message, down, "as short as `up`", help))
}

/// A spike that lasts until the next one.
fn endless_spike(arguments: &Arguments) -> Option<Diagnostic> {
    const EVERY: u64 = 60_000_000;
    const LASTING: u64 = 5_000_000;
    let (every, lasting) = (argument(arguments, "every"), argument(arguments, "lasting"));
    let (apart, long) = (every.map_or(Some(EVERY), micros)?, lasting.map_or(Some(LASTING), micros)?);
    let node = lasting.or(every)?;
    let message = "a spike lasts until the next one begins".to_owned();
    let help = "make `lasting` shorter than `every`; without a word they are `5s` and `60s`".to_owned();
    (long >= apart).then(|| fault("scenario::range", message, node, "frames are never delivered", help))
}

/// `how: alias` is about one name.
fn alias_of_nothing(arguments: &Arguments) -> Option<Diagnostic> {
    let how = argument(arguments, "how")?;
    let missing = text(how).is_ok_and(|how| how == "alias") && argument(arguments, "host").is_none();
    let message = "`alias` needs `host`".to_owned();
    let help = "add `host:` with the name that becomes an alias".to_owned();
    missing.then(|| fault("scenario::missing-key", message, how, "an alias of what?", help))
}
