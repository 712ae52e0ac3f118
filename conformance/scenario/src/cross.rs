//! Faults between values that are each well written: a name that nothing has, a key that is none.
//!
//! A rule is a place in the file and a test of what stands there. This knows what the rest of the
//! scenario says, and nothing about how a rig is built from it.

mod together;
mod written;

use std::collections::BTreeSet;

use base64::Engine;
use base64::alphabet::STANDARD;
use base64::engine::{GeneralPurpose, GeneralPurposeConfig};
use nanorig_dut::setup::{Attestation, EnrollmentSetup, Setup};
use nanorig_dut::{Hand, Vocabulary};

use crate::scalar::{fault, text, wrong};
use crate::section::Reader;
use crate::syntax::{Key, Node, NodeKind};
use crate::{Diagnostic, suggest};

/// What a rule may look at besides the value.
struct Scope<'a> {
    setup: &'a Setup,
    words: &'a Vocabulary,
}

/// Says what is wrong with a value, if anything is. A value of the wrong type was reported before.
type Test = fn(&Scope<'_>, &Node) -> Option<Diagnostic>;

/// Places in the set-up; `*` stands for each item of a list.
const PLACES: &[(&[&str], Test)] = &[
    (&["name"], written::one_line),
    (&["start"], written::start),
    (&["device", "id"], written::device_id),
    (&["device", "module"], written::device_id),
    (&["device", "registration"], written::registration_id),
    (&["device", "keep-alive"], written::keep_alive),
    (&["device", "token-lifetime"], written::not_zero),
    (&["network", "lease"], written::not_zero),
    (&["device", "time-servers"], written::not_empty),
    (&["device", "time-servers", "*"], written::host_name),
    (&["device", "tls"], written::not_empty),
    (&["device", "hub"], hub),
    (&["device", "will", "properties"], written::no_null),
    (&["device", "will", "properties"], written::property_names),
    (&["device", "will", "body"], written::will_body),
    (&["device", "key"], key),
    (&["device", "secondary-key"], secondary_key),
    (&["device", "tls", "*"], tls_version),
    (&["cloud", "tls"], written::not_empty),
    (&["cloud", "tls", "*"], tls_version),
    (&["cloud", "hubs", "*", "name"], written::hub_name),
    (&["cloud", "hubs", "*", "devices", "*", "id"], written::device_id),
    (&["cloud", "hubs", "*", "devices", "*", "module"], written::device_id),
    (&["cloud", "hubs", "*", "devices", "*", "desired"], properties),
    (&["cloud", "hubs", "*", "devices", "*", "reported"], properties),
    (&["cloud", "hubs", "*", "devices", "*", "tags"], properties),
    (&["cloud", "dps", "enrollments", "*", "id"], written::registration_id),
    (&["cloud", "dps", "enrollments", "*", "device-id"], written::device_id),
    (&["cloud", "dps", "enrollments", "*", "hub"], hub),
    (&["cloud", "dps", "enrollments", "*", "initial-twin"], initial_twin),
    (&["cloud", "dps", "groups", "*", "hub"], hub),
    (&["cloud", "dps", "groups", "*", "initial-twin"], initial_twin),
    (&["cloud", "dps", "groups", "*", "device-id"], |_, node| {
        let message = "a group has no device id to assign".to_owned();
        let help = "leave it out: each device of a group is called as it registers".to_owned();
        Some(fault("scenario::conflict", message, node, "for individual enrollments only", help))
    }),
];

/// Lists in which no two items may have the same value of a key.
const UNIQUE: &[(&[&str], &[&str])] = &[
    (&["cloud", "hubs"], &["name"]),
    (&["cloud", "hubs", "*", "devices"], &["id", "module"]),
    (&["cloud", "dps", "enrollments"], &["id"]),
    (&["cloud", "dps", "groups"], &["id"]),
];

/// Arguments of calls: hand, call or none for all of the hand, parameter.
const ARGUMENTS: &[(Hand, Option<&str>, &str, Test)] = &[
    (Hand::Device, Some("dps.register"), "device", dps),
    (Hand::Device, Some("telemetry.send"), "properties", written::no_null),
    (Hand::Device, Some("telemetry.send"), "properties", written::property_names),
    (Hand::Device, Some("telemetry.send"), "sequence", written::property_name),
    (Hand::Device, Some("twin.report"), "patch", properties),
    (Hand::Cloud, Some("twin.desired"), "patch", properties),
    (Hand::Cloud, None, "hub", hub),
    (Hand::Cloud, Some("enrollment.assign"), "id", enrollment),
    (Hand::Cloud, Some("enrollment.disable"), "id", enrollment),
    (Hand::Cloud, Some("enrollment.enable"), "id", enrollment),
    (Hand::Cloud, Some("certificate"), "kind", |scope, node| {
        let known: Vec<&str> = scope.words.certificates.iter().map(|named| named.name.as_str()).collect();
        one_of("certificate chain", &known, "nanorig list certificates", node)
    }),
    (Hand::Cloud, Some("certificate"), "root", |scope, node| {
        let known: Vec<&str> = scope.words.roots.iter().map(|named| named.name.as_str()).collect();
        one_of("root", &known, "nanorig list roots", node)
    }),
    (Hand::Cloud, Some("calm"), "stimulus", |scope, node| call_of(scope, Hand::Cloud, "stimulus", node)),
    (Hand::Network, Some("dns.answer"), "server", dns_server),
    (Hand::Network, Some("ntp.answer"), "server", time_server),
    (Hand::Network, Some("heal"), "fault", |scope, node| call_of(scope, Hand::Network, "link fault", node)),
];

/// Arguments of calls of which a step gives one at most.
const ALTERNATIVES: &[(Hand, &str, &[&str])] = &[
    (Hand::Device, "telemetry.send", &["body", "size"]),
    (Hand::Cloud, "c2d.send", &["body", "size"]),
    (Hand::Cloud, "method.invoke", &["payload", "raw", "size"]),
    (Hand::Network, "dns.answer", &["host", "server"]),
];

/// Reports everything that does not go together.
pub(crate) fn check(reader: &mut Reader<'_>, root: &Node, setup: &Setup) {
    let scope = Scope { setup, words: reader.words };
    let mut faults: Vec<Diagnostic> = Vec::new();
    for (path, test) in PLACES {
        faults.extend(below(root, path).into_iter().filter_map(|node| test(&scope, node)));
    }
    for (path, keys) in UNIQUE {
        faults.extend(below(root, path).into_iter().flat_map(|list| twice(list, keys)));
    }
    for step in below(root, &["steps"]) {
        arguments(&scope, step, &mut faults);
    }
    faults.into_iter().for_each(|fault| reader.fault(fault));
}

/// All nodes at a path.
fn below<'n>(node: &'n Node, path: &[&str]) -> Vec<&'n Node> {
    let Some((first, rest)) = path.split_first() else { return vec![node] };
    match &node.kind {
        NodeKind::List(items) if *first == "*" => items.iter().flat_map(|item| below(item, rest)).collect(),
        NodeKind::Map(entries) => {
            entry(entries, first).map(|(_, node)| below(node, rest)).unwrap_or_default()
        }
        _ => Vec::new(),
    }
}

fn entry<'n>(entries: &'n [(Key, Node)], name: &str) -> Option<&'n (Key, Node)> {
    entries.iter().find(|(key, _)| key.text == name)
}

/// Tests the arguments of all calls in a list of steps, those inside `repeat` too.
fn arguments(scope: &Scope<'_>, steps: &Node, faults: &mut Vec<Diagnostic>) {
    let NodeKind::List(items) = &steps.kind else { return };
    for step in items {
        let NodeKind::Map(entries) = &step.kind else { continue };
        if let Some((_, inner)) = entry(entries, "steps") {
            arguments(scope, inner, faults);
        }
        let called = |hand: Hand| entry(entries, hand.key()).and_then(|(_, node)| text(node).ok());
        for (hand, call, names) in ALTERNATIVES {
            if called(*hand).is_some_and(|called| called == *call) {
                faults.extend(second(entries, names));
            }
        }
        for hand in [Hand::Device, Hand::Cloud, Hand::Network] {
            let call = called(hand).unwrap_or_default();
            faults.extend(together::faults(hand, &call, entries));
        }
        for (hand, call, param, test) in ARGUMENTS {
            let meant = called(*hand).is_some_and(|called| call.is_none_or(|call| call == called));
            let argument = entry(entries, param).filter(|_| meant);
            faults.extend(argument.and_then(|(_, node)| test(scope, node)));
        }
    }
}

/// The second of arguments that stand for each other.
fn second(entries: &[(Key, Node)], names: &[&str]) -> Option<Diagnostic> {
    let mut given = entries.iter().map(|(key, _)| key).filter(|key| names.contains(&key.text.as_str()));
    let (first, second) = (given.next()?, given.next()?);
    Some(Diagnostic {
        code: "scenario::conflict",
        message: format!("`{}` and `{}` are given together", first.text, second.text),
        span: second.span,
        label: format!("instead of `{}`", first.text),
        help: "keep one of the two".into(),
    })
}

fn one_of(noun: &str, known: &[&str], list_command: &str, node: &Node) -> Option<Diagnostic> {
    let name = text(node).ok()?;
    if known.contains(&name.as_str()) {
        return None;
    }
    let message = format!("there is no {noun} `{name}`");
    let help = suggest::help(&name, known, list_command);
    Some(fault("scenario::unknown-name", message, node, &format!("unknown {noun}"), help))
}

/// A hub by its name, or by its host name, which begins with its name.
fn hub(scope: &Scope<'_>, node: &Node) -> Option<Diagnostic> {
    let name = text(node).ok()?;
    let names = scope.setup.cloud.hubs.iter().map(|hub| hub.name.as_str());
    let known: Vec<&str> = names.collect::<BTreeSet<_>>().into_iter().collect();
    let label = name.split_once('.').map_or(name.as_str(), |(label, _)| label);
    if known.contains(&label) { None } else { one_of("hub", &known, "", node) }
}

/// An enrollment or group by its id. When DPS lists none, it has the one that the device needs.
fn enrollment(scope: &Scope<'_>, node: &Node) -> Option<Diagnostic> {
    if let Some(fault) = dps(scope, node) {
        return Some(fault);
    }
    let dps = scope.setup.cloud.dps.as_ref()?;
    let device = &scope.setup.device;
    let listed: Vec<&EnrollmentSetup> = dps.enrollments.iter().chain(&dps.groups).collect();
    let known = match device.attestation {
        _ if !listed.is_empty() => listed.iter().map(|enrollment| enrollment.id.as_str()).collect(),
        Attestation::SymmetricKeyGroup | Attestation::X509Group => vec!["group"],
        _ => vec![device.registration.as_deref().unwrap_or(&device.id)],
    };
    one_of("enrollment", &known, "", node)
}

fn dps(scope: &Scope<'_>, node: &Node) -> Option<Diagnostic> {
    let missing = scope.setup.cloud.dps.is_none();
    let message = "the scenario has no provisioning service".to_owned();
    let help = "add `dps: {}` below `cloud:`".to_owned();
    missing.then(|| fault("scenario::conflict", message, node, "needs one", help))
}

fn call_of(scope: &Scope<'_>, hand: Hand, noun: &str, node: &Node) -> Option<Diagnostic> {
    let calls = scope.words.calls.iter().filter(|spec| spec.hand == hand);
    let known: Vec<&str> = calls.map(|spec| spec.name).collect();
    one_of(noun, &known, "nanorig list stimuli", node)
}

/// A DNS server by its number.
fn dns_server(scope: &Scope<'_>, node: &Node) -> Option<Diagnostic> {
    let there = usize::from(scope.setup.network.dns_servers);
    let more = "or add `dns-servers:` with a larger number below `network:`";
    written::one_of_so_many("DNS server", there, more, node)
}

/// A time server by its number.
fn time_server(scope: &Scope<'_>, node: &Node) -> Option<Diagnostic> {
    let there = scope.setup.device.time_servers.len();
    let more = "or name more below `device:` as `time-servers:`";
    written::one_of_so_many("time server", there, more, node)
}

fn tls_version(_: &Scope<'_>, node: &Node) -> Option<Diagnostic> {
    let version = text(node).ok()?;
    let known = matches!(version.as_str(), "1.2" | "1.3");
    let message = format!("`{version}` is not a TLS version that is spoken here");
    let help = "write \"1.2\" or \"1.3\"; older ones are not implemented".to_owned();
    (!known).then(|| fault("scenario::unknown-name", message, node, "unknown version", help))
}

/// As .NET does, a last character whose unused bits are set is taken.
const BASE64: GeneralPurpose =
    GeneralPurpose::new(&STANDARD, GeneralPurposeConfig::new().with_decode_allow_trailing_bits(true));

/// Length of IoT Hub's and DPS's keys, in bytes.
const KEY_BYTES: std::ops::RangeInclusive<usize> = 16..=64;

fn key(_: &Scope<'_>, node: &Node) -> Option<Diagnostic> {
    let given = text(node).ok()?;
    if matches!(given.as_str(), "enrolled" | "wrong") {
        return None;
    }
    let (message, label) = match BASE64.decode(&given) {
        Ok(bytes) if KEY_BYTES.contains(&bytes.len()) => return None,
        Ok(bytes) => (format!("the key has {} bytes", bytes.len()), "16 to 64 bytes are needed"),
        Err(_) => ("the key is not base64".to_owned(), "not base64"),
    };
    let help = "write `enrolled`, `wrong`, or 16 to 64 bytes in base64, such as \
                `AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=`"
        .to_owned();
    Some(fault("scenario::key", message, node, label, help))
}

/// A group's key and a certificate come alone.
fn secondary_key(scope: &Scope<'_>, node: &Node) -> Option<Diagnostic> {
    let alone =
        scope.setup.device.secondary_key && scope.setup.device.attestation != Attestation::SymmetricKey;
    let message = "a device of this attestation has no secondary key".to_owned();
    let help = "leave it out, or write `attestation: symmetric-key`".to_owned();
    alone.then(|| fault("scenario::conflict", message, node, "for keys of the device's own only", help))
}

fn properties(_: &Scope<'_>, node: &Node) -> Option<Diagnostic> {
    let is_map = matches!(node.kind, NodeKind::Map(_));
    (!is_map).then(|| wrong(node, "a map of properties", "write `{ name: value }`; null deletes a property"))
}

fn initial_twin(scope: &Scope<'_>, node: &Node) -> Option<Diagnostic> {
    let NodeKind::Map(entries) = &node.kind else { return properties(scope, node) };
    let known = ["desired", "tags"];
    if let Some((key, _)) = entries.iter().find(|(key, _)| !known.contains(&key.text.as_str())) {
        return Some(crate::section::unknown_key(key, "`initial-twin`", &known));
    }
    entries.iter().find_map(|(_, value)| properties(scope, value))
}

/// Items of a list that have the values of an earlier one.
fn twice(list: &Node, keys: &[&str]) -> Vec<Diagnostic> {
    let NodeKind::List(items) = &list.kind else { return Vec::new() };
    let value = |item: &Node, key: &str| below(item, &[key]).first().and_then(|node| text(node).ok());
    let mut seen = Vec::new();
    let mut faults = Vec::new();
    for item in items {
        let values: Vec<_> = keys.iter().map(|key| value(item, key)).collect();
        let Some(name) = &values[0] else { continue };
        if seen.contains(&values) {
            let at = below(item, &keys[..1]).first().copied().unwrap_or(item);
            let message = format!("`{name}` is in this list twice");
            let help = "give it another name, or remove it".to_owned();
            faults.push(fault("scenario::duplicate-name", message, at, "again", help));
        }
        seen.push(values);
    }
    faults
}
