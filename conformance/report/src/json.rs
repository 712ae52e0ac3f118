//! The JSON report, a contract that users script against.

use serde_json::{Value, json};

use crate::Report;

/// The report's format version.
const FORMAT: u32 = 1;

/// The report as JSON.
#[must_use]
pub fn json(report: &Report) -> Value {
    let millis = |span: std::time::Duration| u64::try_from(span.as_millis()).unwrap_or(u64::MAX);
    json!({
        "format": FORMAT,
        "tool": report.header.tool,
        "scenario": report.header.scenario,
        "file": report.header.file,
        "scenario_sha256": report.header.scenario_sha256,
        "seed": report.header.seed,
        "dut": report.header.dut,
        "clock": report.header.clock,
        "virtual_ms": millis(report.virtual_time),
        "wall_ms": report.wall_time.map(millis),
        "outcome": report.outcome,
        "verdicts": report.verdicts,
        "steps": { "passed": report.passed_steps, "findings": report.findings },
        "budgets": report.budgets,
        "replay": report.replay(),
    })
}
