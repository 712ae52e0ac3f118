//! One run from plan to report.

use std::sync::Arc;
use std::time::Duration;

use nanorig_checks::judge;
use nanorig_report::{Outcome, Report};
use nanorig_rig::simulated::{CustomBoard, Options, Simulated};
use nanorig_runner::{Progress, RunOutcome, RunResult};
use nanorig_scenario::Plan;
use nanorig_trace::{ClockKind, FORMAT, Header, Trace};

use crate::args::{Clock, RunArguments};

/// What a run leaves behind.
pub(crate) struct Ran {
    pub(crate) plan: Arc<Plan>,
    pub(crate) report: Report,
    pub(crate) trace: Trace,
    pub(crate) capture: Option<Vec<u8>>,
    pub(crate) result: RunResult,
}

/// Seed when neither the command line nor the scenario gives one.
const DEFAULT_SEED: u64 = 1;

/// How long a virtual world goes on after a failed step.
const AFTERMATH: Duration = Duration::from_secs(600);

/// Applies what the command line says instead of the scenario.
pub(crate) fn overridden(mut plan: Plan, arguments: &RunArguments) -> Plan {
    let device = &mut plan.setup.device;
    if let Some(profile) = arguments.profile.as_ref().filter(|profile| !is_file(profile)) {
        device.profile.clone_from(profile);
    }
    if let Some(persona) = &arguments.persona {
        device.persona.clone_from(persona);
    }
    device.quirks.extend(arguments.quirks.iter().cloned());
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
    let mut builder = tokio::runtime::Builder::new_current_thread();
    builder.enable_time();
    let clock = match clock {
        Clock::Virtual => {
            builder.start_paused(true);
            ClockKind::Virtual
        }
        Clock::Real => {
            builder.enable_io();
            ClockKind::Real
        }
    };
    let aftermath = match clock {
        ClockKind::Virtual => AFTERMATH,
        ClockKind::Real => Duration::ZERO,
    };
    let runtime = builder.build().map_err(|error| format!("the runtime could not be started: {error}"))?;
    let started = wall::now();
    let (result, trace, capture) = runtime.block_on(async {
        let options = Options { seed, capture: with.capture, board: with.board.clone() };
        let mut rig = Simulated::build(&plan.setup, &options).map_err(|error| error.to_string())?;
        let recorder = rig.recorder.clone();
        let result =
            nanorig_runner::run(plan, &mut rig.device, &mut rig.bench, &recorder, progress, aftermath).await;
        let evidence = rig.finish();
        let header = Header {
            format: FORMAT,
            tool: env!("CARGO_PKG_VERSION").into(),
            scenario: plan.name.clone(),
            file: plan.source.name.to_string(),
            scenario_sha256: nanorig_rig::sha256_hex(plan.source.text.as_bytes()),
            seed,
            clock,
            started: evidence.started,
            dut: evidence.dut,
            requirements: plan.requirements.clone(),
            parameters: plan.parameters.clone(),
        };
        Ok::<_, String>((result, Trace { header, records: evidence.records }, evidence.capture))
    })?;
    let mut report = Report::new(&trace, judge(&trace), Some(wall::since(started)));
    report.outcome = with_run_outcome(report.outcome, result.outcome);
    Ok(Ran { plan: Arc::clone(plan), report, trace, capture, result })
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
pub(crate) const NO_WALL_TIME: Option<Duration> = None;
