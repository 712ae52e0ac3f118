//! What a run showed.

#[cfg(test)]
mod tests;

use std::time::Duration;

use nanorig_checks::{Evidence, Judged, Level, Verdict};
use nanorig_trace::event::{DeviceEvent, Resources, RunEvent, StepResult};
use nanorig_trace::{ClockKind, Event, Header, Trace};
use serde::Serialize;

use crate::Outcome;

/// A finished run, ready to be shown.
#[derive(Clone, Debug)]
pub struct Report {
    /// What ran.
    pub header: Header,
    /// How it ended.
    pub outcome: Outcome,
    /// Time that passed in the run.
    pub virtual_time: Duration,
    /// Time that passed on the wall; none when a recorded trace was judged.
    pub wall_time: Option<Duration>,
    /// Verdicts, those that the scenario asked for first.
    pub verdicts: Vec<VerdictRow>,
    /// Steps that did not pass.
    pub findings: Vec<StepFinding>,
    /// Steps that passed.
    pub passed_steps: u64,
    /// Steps that began.
    pub begun_steps: u64,
    /// Steps that the scenario has; none when a recorded trace was judged.
    pub planned_steps: Option<u64>,
    /// Peaks and limits; none when the device reported no resources.
    pub budgets: Option<Budgets>,
}

/// One verdict.
#[derive(Clone, Debug, Serialize)]
pub struct VerdictRow {
    /// Requirement id.
    pub id: String,
    /// How binding it is; none when the catalogue does not know the id.
    pub level: Option<Level>,
    /// The verdict.
    pub verdict: Verdict,
    /// Its clauses.
    pub clause: String,
    /// One sentence.
    pub summary: String,
    /// What it rests on.
    pub evidence: Vec<Evidence>,
}

/// A step that did not pass.
#[derive(Clone, Debug, Serialize)]
pub struct StepFinding {
    /// Number of the step, counted from 1.
    pub step: u32,
    /// How it ended.
    pub result: StepResult,
    /// What was seen.
    pub message: String,
    /// Line of the scenario file, counted from 1.
    pub line: u32,
    /// When it ended, in microseconds since the run began.
    pub t_us: u64,
}

/// Peaks against limits, over all boots. Sizes in bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Budgets {
    /// Largest use of the native heap.
    pub heap_peak: u64,
    /// Size of the native heap.
    pub heap_limit: u64,
    /// Largest use of the managed heap.
    pub managed_heap_peak: u64,
    /// Size of the managed heap.
    pub managed_heap_limit: u64,
    /// Most sockets in use at once.
    pub sockets_peak: u32,
    /// Sockets that there are.
    pub sockets_limit: u32,
    /// Most TLS contexts in use at once.
    pub tls_contexts_peak: u32,
    /// TLS contexts that there are.
    pub tls_contexts_limit: u32,
}

impl Report {
    /// Gathers what `trace` and its verdicts show.
    #[must_use]
    pub fn new(trace: &Trace, judged: Vec<Judged>, wall_time: Option<Duration>) -> Self {
        let mut verdicts: Vec<VerdictRow> = judged.into_iter().map(VerdictRow::from).collect();
        let mut findings = Vec::new();
        let (mut passed_steps, mut begun_steps) = (0, 0);
        let mut budgets: Option<Budgets> = None;
        for record in &trace.records {
            match &record.event {
                Event::Run(RunEvent::StepStarted { .. }) => begun_steps += 1,
                Event::Run(RunEvent::StepFinished { result: StepResult::Passed, .. }) => passed_steps += 1,
                Event::Run(RunEvent::StepFinished { step, result, message, line, .. }) => {
                    findings.push(StepFinding {
                        step: *step,
                        result: *result,
                        message: message.clone(),
                        line: *line,
                        t_us: record.at.as_micros(),
                    });
                }
                Event::Run(RunEvent::HarnessError { message }) => findings.push(StepFinding {
                    step: 0,
                    result: StepResult::Error,
                    message: message.clone(),
                    line: 0,
                    t_us: record.at.as_micros(),
                }),
                Event::Device(DeviceEvent::ResourcesNow { resources, .. }) => {
                    budgets.get_or_insert_default().include(resources);
                }
                _ => {}
            }
        }
        if let Some(reason) = findings.iter().find_map(StepFinding::rules_out_the_run) {
            rule_out(&mut verdicts, &trace.header.requirements, reason);
        }
        Self {
            header: trace.header.clone(),
            outcome: Outcome::of(&findings, &verdicts),
            virtual_time: Duration::from_micros(trace.end().as_micros()),
            wall_time,
            verdicts,
            findings,
            passed_steps,
            begun_steps,
            planned_steps: None,
            budgets,
        }
    }

    /// How many steps ended so.
    #[must_use]
    pub fn steps(&self, result: StepResult) -> u64 {
        match result {
            StepResult::Passed => self.passed_steps,
            _ => self
                .findings
                .iter()
                .map(|finding| u64::from(finding.step > 0 && finding.result == result))
                .sum(),
        }
    }

    /// The time that the world went on for after the step that failed, so that checks see what the device does about it.
    #[must_use]
    pub fn aftermath(&self) -> Option<Duration> {
        let failed = self.findings.iter().rfind(|finding| finding.result == StepResult::Failed)?;
        self.virtual_time.checked_sub(Duration::from_micros(failed.t_us)).filter(|span| !span.is_zero())
    }

    /// How many verdicts are of this kind.
    #[must_use]
    pub fn count(&self, verdict: Verdict) -> usize {
        self.verdicts.iter().filter(|row| row.verdict == verdict).count()
    }

    /// The command that runs the same again.
    #[must_use]
    pub fn replay(&self) -> String {
        let Header { file, seed, dut, clock, .. } = &self.header;
        let profile = dut.profile_file.as_ref().unwrap_or(&dut.profile);
        let mut command = format!("nanorig run {} --seed {seed} --profile {}", word(file), word(profile));
        if dut.persona != "reference" {
            command.push_str(&format!(" --persona {}", dut.persona));
        }
        for quirk in &dut.quirks {
            command.push_str(&format!(" --quirk {quirk}"));
        }
        if *clock == ClockKind::Real {
            command.push_str(" --clock real");
        }
        command
    }
}

impl StepFinding {
    /// Why nothing of the scenario applies, if that is what this says: it is about no step then.
    fn rules_out_the_run(&self) -> Option<&str> {
        (self.step == 0 && self.result == StepResult::NotApplicable).then_some(&self.message)
    }
}

/// Nothing ran: what was asked for does not apply, and what is judged always has nothing to say.
fn rule_out(verdicts: &mut Vec<VerdictRow>, asked: &[String], reason: &str) {
    verdicts.retain(|row| asked.contains(&row.id));
    for row in verdicts {
        row.verdict = Verdict::NotApplicable;
        row.summary = reason.to_owned();
        row.evidence.clear();
    }
}

/// A path as one word of a shell's command line.
fn word(path: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "/._-+:@%,=".contains(c) || cfg!(windows) && c == '\\';
    if path.chars().all(plain) { path.to_owned() } else { format!("'{}'", path.replace('\'', r"'\''")) }
}

impl Budgets {
    fn include(&mut self, now: &Resources) {
        self.heap_peak = self.heap_peak.max(now.native_peak);
        self.heap_limit = now.native_limit;
        self.managed_heap_peak = self.managed_heap_peak.max(now.managed_peak);
        self.managed_heap_limit = now.managed_limit;
        self.sockets_peak = self.sockets_peak.max(now.sockets_peak);
        self.sockets_limit = now.sockets_limit;
        self.tls_contexts_peak = self.tls_contexts_peak.max(now.tls_contexts_peak);
        self.tls_contexts_limit = now.tls_contexts_limit;
    }
}

impl From<Judged> for VerdictRow {
    fn from(judged: Judged) -> Self {
        Self {
            id: judged.id,
            level: judged.requirement.map(|requirement| requirement.level),
            verdict: judged.verdict,
            clause: judged.requirement.map_or_else(String::new, |requirement| requirement.clause.clone()),
            summary: judged.finding.summary,
            evidence: judged.finding.evidence,
        }
    }
}
