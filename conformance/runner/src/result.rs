//! How a run and its steps ended.

use nanorig_scenario::Span;
use nanorig_trace::Time;
use nanorig_trace::event::StepResult;

/// How a whole run ended, before anything is judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RunOutcome {
    /// Every step that applies did what it should.
    Passed,
    /// A step failed; the run stopped there.
    Failed,
    /// The device or the bench cannot do what the scenario is about.
    NotApplicable,
    /// The harness could not do its job.
    Error,
    /// The device cannot be reached.
    Unreachable,
}

/// How one step ended.
#[derive(Clone, Debug, PartialEq)]
pub struct StepReport {
    /// Number of the step, counted from 1; the steps of a `repeat` count each time.
    pub index: u32,
    /// What it is called.
    pub label: String,
    /// How it ended.
    pub result: StepResult,
    /// What went wrong, empty when nothing did.
    pub message: String,
    /// What was seen instead, a few words for under the offending line.
    pub seen: String,
    /// Where the failure is shown in the scenario.
    pub span: Span,
    /// When the step began.
    pub started: Time,
    /// When it ended.
    pub ended: Time,
}

/// How a run ended.
#[derive(Clone, Debug)]
pub struct RunResult {
    /// How, as a whole.
    pub outcome: RunOutcome,
    /// Steps that did not pass, in the order in which they ended.
    pub findings: Vec<StepReport>,
    /// Steps that passed.
    pub passed: u64,
}
