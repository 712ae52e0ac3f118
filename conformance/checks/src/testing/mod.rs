//! Small traces told step by step, for the tests of checks.
//!
//! ```ignore
//! let mut story = Story::new();
//! story.at(1.0).boot("power-on");
//! let conn = story.at(2.0).open("hub");
//! story.certificate(conn, "unknown-ca", "unknown").at(2.1).tls_refused(conn, Some("unknown_ca"));
//! story.expect("TLS-CHAIN-01", Verdict::Pass);
//! ```

mod cloud;
mod connection;
mod device;
mod lan;

use nanorig_trace::{ClockKind, DutIdentity, Event, FORMAT, Header, Record, Time, Trace, Utc};

use crate::{Catalogue, Check, Finding, Verdict, View};

pub(crate) use cloud::{FILTERS, dps_connect, hub_connect, id, message};
pub(crate) use connection::{HUB, HUB_NAME, hello};
pub(crate) use lan::{DEVICE, GATEWAY, NTP_A, NTP_B, answer, dns_name, granted, query};

/// A trace in the making. Time only goes on.
pub(crate) struct Story {
    trace: Trace,
    now: Time,
    connections: u32,
}

impl Story {
    /// An empty trace of a device that claims every capability that the catalogue knows.
    pub(crate) fn new() -> Self {
        let all = Catalogue::get().all().iter().flat_map(|requirement| &requirement.capability);
        let names = all.flat_map(|entry| entry.split('|')).map(str::to_owned);
        let mut capabilities: Vec<String> = names.collect();
        capabilities.sort();
        capabilities.dedup();
        let header = Header {
            format: FORMAT,
            tool: "test".into(),
            scenario: "test".into(),
            file: "test.yaml".into(),
            scenario_sha256: String::new(),
            seed: 1,
            clock: ClockKind::Virtual,
            started: Utc::parse("2026-03-01T12:00:00Z").expect("it is a date"),
            dut: DutIdentity { device_id: "nano-01".into(), capabilities, ..DutIdentity::default() },
            requirements: Vec::new(),
            parameters: std::collections::BTreeMap::new(),
        };
        Self { trace: Trace { header, records: Vec::new() }, now: Time::ZERO, connections: 0 }
    }

    /// Goes on to this many seconds after the start.
    pub(crate) fn at(&mut self, seconds: f64) -> &mut Self {
        let micros = (seconds * 1e6).round();
        assert!((0.0..1e15).contains(&micros), "tests tell times of a run");
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "the range was just asserted"
        )]
        let time = Time::from_micros(micros as u64);
        assert!(time >= self.now, "time goes on");
        self.now = time;
        self
    }

    /// Records any event now.
    pub(crate) fn event(&mut self, event: impl Into<Event>) -> &mut Self {
        self.trace.records.push(Record { at: self.now, event: event.into() });
        self
    }

    /// Sets a threshold as a scenario would.
    pub(crate) fn parameter(&mut self, name: &str, value: impl Into<serde_json::Value>) -> &mut Self {
        self.trace.header.parameters.insert(name.into(), value.into());
        self
    }

    /// Asks for a requirement as a scenario would.
    pub(crate) fn requires(&mut self, id: &str) -> &mut Self {
        self.trace.header.requirements.push(id.into());
        self
    }

    /// Calendar time now.
    pub(crate) fn utc(&self) -> Utc {
        self.trace.header.started + (self.now - Time::ZERO)
    }

    /// Whole seconds since the start.
    pub(crate) fn seconds(&self) -> u64 {
        self.now.as_micros() / 1_000_000
    }

    /// The trace so far.
    pub(crate) fn trace(&mut self) -> &mut Trace {
        &mut self.trace
    }

    /// What the check of this requirement finds.
    pub(crate) fn finding(&self, id: &str) -> Finding {
        let check = Check::of(id).unwrap_or_else(|| panic!("{id} has no check"));
        (check.judge)(&View::new(&self.trace))
    }

    /// Asserts the verdict of this requirement's check, and gives the finding for a closer look.
    #[track_caller]
    pub(crate) fn expect(&self, id: &str, verdict: Verdict) -> Finding {
        let finding = self.finding(id);
        assert_eq!(finding.verdict, verdict, "{id}: {finding:#?}");
        let records = self.trace.records.len();
        assert!(
            finding.evidence.iter().all(|evidence| evidence.record < records),
            "evidence is in the trace"
        );
        if matches!(verdict, Verdict::Pass | Verdict::Fail) {
            assert!(!finding.evidence.is_empty(), "{id}: a verdict cites its evidence");
        }
        finding
    }
}
