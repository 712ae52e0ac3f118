//! One run from plan to report.

use std::sync::Arc;

use nanorig_checks::judge;
use nanorig_report::{Outcome, Report};
use nanorig_rig::simulated::{CustomBoard, DEFAULT_SEED, Options, Recorded};
use nanorig_runner::{Progress, RunOutcome, RunResult};
use nanorig_scenario::Plan;
use nanorig_trace::event::{RunEvent, StepResult};
use nanorig_trace::{ClockKind, Record, Trace};

use crate::args::{Clock, RunArguments};

/// What a run leaves behind.
pub(crate) struct Ran {
    pub(crate) plan: Arc<Plan>,
    pub(crate) report: Report,
    pub(crate) trace: Trace,
    pub(crate) capture: Option<Vec<u8>>,
    pub(crate) result: RunResult,
}

/// Applies what the command line says instead of the scenario.
pub(crate) fn overridden(mut plan: Plan, arguments: &RunArguments) -> Plan {
    let device = &mut plan.setup.device;
    if let Some(profile) = arguments.profile.as_ref().filter(|profile| !is_file(profile)) {
        device.profile.clone_from(profile);
    }
    if let Some(persona) = &arguments.persona {
        device.persona.clone_from(persona);
    }
    for quirk in &arguments.quirks {
        if !device.quirks.contains(quirk) {
            device.quirks.push(quirk.clone());
        }
    }
    plan.seed = Some(arguments.seed.or(plan.seed).unwrap_or(DEFAULT_SEED));
    plan
}

/// What all runs of one command share.
#[derive(Clone, Debug)]
pub(crate) struct With {
    /// True to capture packets.
    pub(crate) capture: bool,
    /// The board of `--profile FILE`.
    pub(crate) board: Option<CustomBoard>,
}

/// True when `--profile` names a file and not one of the profiles that come with the program.
pub(crate) fn is_file(profile: &str) -> bool {
    profile.ends_with(".toml") || profile.contains(['/', '\\'])
}

/// Runs and judges `plan` on a runtime of its own.
///
/// # Errors
/// The rig cannot be built as the scenario wants it.
pub(crate) fn run(
    plan: &Arc<Plan>,
    seed: u64,
    clock: Clock,
    with: &With,
    progress: &mut impl Progress,
) -> Result<Ran, String> {
    let clock = match clock {
        Clock::Virtual => ClockKind::Virtual,
        Clock::Real => ClockKind::Real,
    };
    let options = Options { seed, capture: with.capture, board: with.board.clone() };
    let started = wall::now();
    let recorded = nanorig_rig::simulated::record(plan, clock, &options, progress);
    let Recorded { result, mut trace, capture } = recorded.map_err(|error| error.to_string())?;
    tell_why_nothing_ran(&mut trace, &result);
    let mut report = Report::new(&trace, judge(&trace), Some(wall::since(started)));
    report.planned_steps = Some(plan.step_count());
    report.outcome = with_run_outcome(report.outcome, result.outcome);
    Ok(Ran { plan: Arc::clone(plan), report, trace, capture, result })
}

/// Puts into the trace that a need of the scenario is not met: nothing else in it would say why nothing happened.
fn tell_why_nothing_ran(trace: &mut Trace, result: &RunResult) {
    let unmet = result.findings.iter().filter(|_| result.outcome == RunOutcome::NotApplicable);
    let at = trace.end();
    trace.records.extend(unmet.map(|step| {
        // About no step and no line, but the whole.
        let (step, line, message, skipped) = (0, 0, step.message.clone(), None);
        let result = StepResult::NotApplicable;
        Record { at, event: RunEvent::StepFinished { step, result, message, line, skipped }.into() }
    }));
}

/// The runner knows two things that a trace does not show: that nothing applied, and that the device was not there.
const fn with_run_outcome(outcome: Outcome, run: RunOutcome) -> Outcome {
    match run {
        RunOutcome::Passed | RunOutcome::Failed => outcome,
        RunOutcome::NotApplicable => Outcome::NotApplicable,
        RunOutcome::Error => Outcome::Error,
        RunOutcome::Unreachable => Outcome::Unreachable,
    }
}

/// How long things took on the wall, for people only.
mod wall {
    use std::time::{Duration, Instant};

    #[expect(
        clippy::disallowed_methods,
        reason = "the wall time of a run is shown, and nothing depends on it"
    )]
    pub(super) fn now() -> Instant {
        Instant::now()
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "the wall time of a run is shown, and nothing depends on it"
    )]
    pub(super) fn since(start: Instant) -> Duration {
        Instant::now().saturating_duration_since(start)
    }
}

/// A wall time that is not known, for traces that are judged again.
pub(crate) const NO_WALL_TIME: Option<std::time::Duration> = None;
