//! What scenario files may say, and what their authors are told.

use std::time::Duration;

use nanorig_dut::{CallSpec, Hand, Named, Param, ParamKind, Vocabulary};
use nanorig_scenario::{Faults, Plan, Source, StepKind, parse, schema};
use proptest::prelude::*;

static BOOT: CallSpec = CallSpec {
    hand: Hand::Device,
    name: "boot",
    summary: "Starts the firmware.",
    params: &[],
    results: &[],
    needs: None,
    within: Duration::from_secs(60),
};

static SEND: CallSpec = CallSpec {
    hand: Hand::Device,
    name: "telemetry.send",
    summary: "Sends a message.",
    params: &[
        Param { name: "body", kind: ParamKind::Json, required: true, doc: "The message's body." },
        Param {
            name: "count",
            kind: ParamKind::Integer { min: 1, max: 1_000 },
            required: false,
            doc: "How many.",
        },
        Param {
            name: "every",
            kind: ParamKind::Lasting { times: Some("count") },
            required: false,
            doc: "Pause between two.",
        },
    ],
    results: &[("sent", "messages confirmed")],
    needs: Some("hub.d2c"),
    within: Duration::from_secs(30),
};

static PARTITION: CallSpec = CallSpec {
    hand: Hand::Network,
    name: "partition",
    summary: "Drops all frames.",
    params: &[Param { name: "for", kind: ParamKind::Duration, required: false, doc: "How long." }],
    results: &[],
    needs: Some("netfault"),
    within: Duration::from_secs(1),
};

fn words() -> Vocabulary {
    let named = |name: &str| Named { name: name.into(), summary: "for tests".into() };
    Vocabulary {
        calls: vec![&BOOT, &SEND, &PARTITION],
        profiles: vec![named("esp32-wroom"), named("stm32f439")],
        personas: vec![named("reference")],
        quirks: vec![named("no-jitter")],
        requirements: vec![named("BOOT-01"), named("HUB-D2C-01")],
        parameters: vec![named("boot_budget"), named("heap_floor"), named("takeover_max")],
        certificates: vec![named("good"), named("expired-leaf")],
        roots: vec![named("g2"), named("msrsa")],
    }
}

fn read(text: &str) -> Result<Plan, Faults> {
    parse(Source::new("test.yaml", text), &words())
}

/// Each fault as `line: code: label: help`.
fn told(text: &str) -> Vec<String> {
    let faults = read(text).expect_err("the text is faulty");
    let one = |fault: &nanorig_scenario::Diagnostic| {
        let line = faults.source.line(fault.span);
        let text = &faults.source.text[fault.span.start..fault.span.end];
        let text = text.lines().next().unwrap_or_default();
        format!("{line}: {} at `{text}`: {}; {}", fault.code, fault.message, fault.help)
    };
    faults.faults.iter().map(one).collect()
}

#[test]
fn a_whole_scenario_becomes_a_plan() {
    let plan = read(
        "format: 1
name: All of it
tags: [quick]
requirements: [BOOT-01, HUB-D2C-01]
seed: 7
device: { profile: stm32f439, id: dev-9, attestation: x509, token-lifetime: 10m, native-heap: 48KiB, key: wrong }
cloud:
  certificate: expired-leaf
  hubs: [{ name: north, devices: [{ id: dev-9, desired: { interval: 5 } }] }]
  dps: { retry-after: 10s, enrollments: [{ id: dev-9, hub: north }] }
network: { loss: 5%, latency: 30ms, hosts: { a.test: [203.0.113.9] } }
parameters: { boot_budget: 90s, heap_floor: 4KiB, takeover_max: 5 }
steps:
  - device: boot
    within: 10s
  - device: telemetry.send
    body: { t: 21.5, n: \"5\" }
    count: 3
    expect: { sent: 3 }
    background: true
  - expect: { device: status, client: hub, status: Connected }
    times: 2
  - never: { device: fault }
    for: 5s
  - repeat: 2
    steps:
      - network: partition
        for: 90s
      - wait: 1m
",
    )
    .expect("it is right");
    assert_eq!((plan.name.as_str(), plan.seed, plan.step_count()), ("All of it", Some(7), 8));
    assert_eq!(plan.setup.device.native_heap, Some(48 * 1024));
    assert_eq!(plan.setup.device.token_lifetime, Duration::from_secs(600));
    assert_eq!(plan.setup.cloud.hubs[0].devices[0].desired, Some(serde_json::json!({"interval": 5})));
    assert_eq!(plan.setup.cloud.dps.as_ref().and_then(|dps| dps.retry_after), Some(10));
    assert_eq!(plan.setup.network.loss, 0.05);
    assert_eq!(plan.parameters["boot_budget"], "90s");
    assert_eq!(plan.parameters["takeover_max"], 5);
    let StepKind::Call { call, expect, within, background } = &plan.steps[1].kind else {
        panic!("the second step is a call")
    };
    assert_eq!((call.spec.name, call.args.integer("count")), ("telemetry.send", Some(3)));
    assert_eq!(call.args.value("body"), Some(&serde_json::json!({"t": 21.5, "n": "5"})));
    assert!(expect.is_some() && *background);
    assert_eq!(*within, Duration::from_secs(30));
}

#[test]
fn every_fault_is_told_at_once_with_its_line_and_its_cure() {
    let told = told(
        "format: 1
name: Broken
requirements: [BOOT-1]
device: { profile: esp32-room, keepalive: 240s }
network: { loss: 5, latency: 30 }
steps:
  - devise: boot
  - device: telemetry.sent
  - device: telemetry.send
    count: 0
  - device: partition
  - expect: { device: stats }
  - never: { device: fault }
",
    );
    let expected = [
        "3: scenario::unknown-name at `BOOT-1`: there is no requirement `BOOT-1`; did you mean `BOOT-01`?",
        "4: scenario::unknown-name at `esp32-room`: there is no profile `esp32-room`; did you mean `esp32-wroom`?",
        "4: scenario::unknown-key at `keepalive`: `device` has no key `keepalive`; did you mean `keep-alive`?",
        "5: scenario::unit at `5`: a share needs a unit; write the unit, such as `0.1%` or `5%`",
        "5: scenario::unit at `30`: a time span needs a unit; write the unit, such as `250ms`, `30s`, `5m` or `48h`",
        "7: scenario::step at `devise: boot`: the step does not say what to do; did you mean `device`?",
        "8: scenario::unknown-call at `telemetry.sent`: device has no `telemetry.sent`; did you mean `telemetry.send`?",
        "9: scenario::missing-key at `telemetry.send`: `telemetry.send` needs `body`; add `body:` - The message's body.",
        "10: scenario::range at `0`: 0 is out of range; write a number from 1 to 1000",
        "11: scenario::unknown-call at `partition`: device has no `partition`; write `network: partition`",
        "12: scenario::event at `stats`: device has no event `stats`; did you mean `status`?",
        "13: scenario::missing-key at `never: { device: fault }`: `never` needs `for`; add `for: 30s`: how long it must not happen",
    ];
    for (told, expected) in told.iter().zip(expected) {
        assert_eq!(told, expected);
    }
    assert_eq!(told.len(), expected.len(), "{told:#?}");
}

/// A scenario of these steps, each on a line of its own from the fourth on.
fn of_steps(steps: &str) -> String {
    format!("format: 1\nname: x\nsteps:\n{steps}")
}

#[test]
fn a_call_that_lasts_has_a_later_deadline() {
    let deadline = |step: &str| {
        let plan = read(&of_steps(step)).expect("it is right");
        match plan.steps[0].kind {
            StepKind::Call { within, .. } => within.as_secs(),
            _ => panic!("{step} is a call"),
        }
    };
    assert_eq!(deadline("  - { device: telemetry.send, body: 1 }\n"), 30);
    assert_eq!(deadline("  - { device: telemetry.send, body: 1, count: 100, every: 30s }\n"), 3_030);
    assert_eq!(deadline("  - { device: telemetry.send, body: 1, count: 100, every: 30s, within: 5s }\n"), 5);
}

#[test]
fn the_number_of_steps_has_a_bound() {
    let nested = |times: u32| {
        let inner = "[{ repeat: 1000, steps: [{ wait: 1s }] }]";
        of_steps(&format!("  - {{ repeat: {times}, steps: {inner} }}\n"))
    };
    assert_eq!(read(&nested(1_000)).expect("it is the most").step_count(), 1_000_000);
    let told = told(&nested(1_001));
    assert!(told[0].starts_with("4: scenario::too-many-steps"), "{told:?}");
    assert!(told[0].contains("the scenario has 1001000 steps"), "{told:?}");
}

#[test]
fn repeating_nothing_is_refused() {
    assert!(told(&of_steps("  - { repeat: 9, steps: [] }\n"))[0].contains("there is no step to repeat"));
}

#[test]
fn a_call_without_a_name_is_told_where_to_find_one() {
    let told = told(&of_steps("  - device:\n"));
    assert!(told[0].contains("does not say what the device shall do"), "{told:?}");
    assert!(told[0].contains("`nanorig list actions`"), "{told:?}");
}

#[test]
fn a_word_that_a_field_never_holds_is_refused() {
    let told = told(&of_steps("  - expect: { device: status, status: connected }\n"));
    let expected =
        "4: scenario::unknown-word at `connected`: `status` is never `connected`; did you mean `Connected`?";
    assert_eq!(told, [expected]);
}

#[test]
fn files_that_are_no_scenarios_are_refused_kindly() {
    assert!(told("")[0].starts_with("1: scenario::empty"));
    assert!(told("name: x\nsteps: []\n")[0].starts_with("1: scenario::format at `name`"));
    assert!(
        told("format: 2\nname: x\nsteps: [{device: boot}]\n")[0]
            .contains("the file has format 2, this version reads 1")
    );
    assert!(told("format: 1\nname: [\n")[0].contains("scenario::yaml"));
    let twice = told("format: 1\nname: a\nname: b\n");
    assert!(twice[0].contains("`name` is given twice; keep one of the two; the first stands in line 2"));
    assert!(told("format: 1\nname: &a x\nsteps: [*a]\n")[0].contains("an anchor is not supported"));
    assert!(told("- 1\n- 2\n")[0].contains("expected a map for a scenario, found a list"));
    assert!(told("format: 1\nname: x\nsteps:\n---\nformat: 1\n").iter().any(|t| t.contains("one-document")));
}

#[test]
fn the_schema_knows_every_key_and_call() {
    let schema = schema(&words());
    assert_eq!(schema["properties"]["device"]["properties"]["profile"]["enum"][1], "stm32f439");
    let steps = schema["$defs"]["step"]["oneOf"].as_array().expect("kinds of steps");
    let send = steps.iter().find(|step| step["properties"]["device"]["const"] == "telemetry.send");
    assert_eq!(send.expect("the call is there")["required"], serde_json::json!(["device", "body"]));
}

proptest! {
    #[test]
    fn no_text_makes_it_panic(text in ".{0,200}") {
        let _ = read(&text);
    }

    #[test]
    fn no_mutation_of_a_scenario_makes_it_panic(at in 0_usize..400, with in "[\\x20-\\x7e\\n]{0,4}", cut in 0_usize..6) {
        let good = "format: 1\nname: x\nrequirements: [BOOT-01]\ndevice: { profile: esp32-wroom }\nnetwork: { loss: 5% }\nsteps:\n  - device: telemetry.send\n    body: { a: [1, 2] }\n    within: 5s\n  - expect: { device: status, status: Connected }\n    within: 2s\n  - repeat: 3\n    steps:\n      - wait: 1s\n";
        let mut text = good.to_owned();
        let start = at.min(text.len());
        let end = (start + cut).min(text.len());
        text.replace_range(start..end, &with);
        if let Err(faults) = read(&text) {
            prop_assert!(!faults.faults.is_empty());
            for fault in &faults.faults {
                prop_assert!(text.get(fault.span.start..fault.span.end).is_some(), "{fault:?}");
                prop_assert!(!fault.help.is_empty());
            }
        }
    }
}
