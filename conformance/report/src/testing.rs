//! Small traces and reports for tests.

use std::collections::BTreeMap;

use nanorig_checks::{Level, Verdict};
use nanorig_trace::event::{DeviceEvent, Resources};
use nanorig_trace::{ClockKind, DutIdentity, FORMAT, Header, Record, Time, Trace, Utc};

use crate::{Report, VerdictRow};

/// A trace of the reference device on an ESP32 in which it reports these resources, one after the other.
pub(crate) fn trace(samples: &[Resources]) -> Trace {
    let header = Header {
        format: FORMAT,
        tool: "test".into(),
        scenario: "A test".into(),
        file: "test.yaml".into(),
        scenario_sha256: String::new(),
        seed: 7,
        clock: ClockKind::Virtual,
        started: Utc::UNIX_EPOCH,
        dut: DutIdentity {
            profile: "esp32-wroom".into(),
            persona: "reference".into(),
            ..DutIdentity::default()
        },
        requirements: Vec::new(),
        parameters: BTreeMap::new(),
    };
    let sampled = |resources: &Resources| Record {
        at: Time::ZERO,
        event: DeviceEvent::ResourcesNow { point: "sample".into(), resources: *resources }.into(),
    };
    Trace { header, records: samples.iter().map(sampled).collect() }
}

/// A report without verdicts.
pub(crate) fn report() -> Report {
    Report::new(&trace(&[]), Vec::new(), None)
}

/// A verdict on a requirement.
pub(crate) fn row(id: &str, verdict: Verdict) -> VerdictRow {
    VerdictRow {
        id: id.into(),
        level: Some(Level::Should),
        verdict,
        clause: format!("the clause of {id}"),
        summary: format!("about {id}"),
        evidence: Vec::new(),
    }
}
