//! One run on a runtime of its own: from a plan to its finished trace.

use std::io;
use std::time::Duration;

use nanorig_runner::{Progress, RunResult};
use nanorig_scenario::Plan;
use nanorig_trace::{ClockKind, FORMAT, Header, Trace};
use tokio::runtime::{Builder, Runtime};

use super::{BuildError, Options, Simulated};
use crate::sha256_hex;

/// Seed when neither the command line nor the scenario gives one.
pub const DEFAULT_SEED: u64 = 1;

/// How long a virtual world goes on after a failed step.
const AFTERMATH: Duration = Duration::from_secs(600);

/// What a run leaves behind.
pub struct Recorded {
    /// How its steps ended.
    pub result: RunResult,
    /// All evidence, ready to be judged.
    pub trace: Trace,
    /// The packets as pcapng, when they were captured.
    pub capture: Option<Vec<u8>>,
}

/// A run that could not begin.
#[derive(Debug, thiserror::Error)]
pub enum SessionError {
    /// The rig cannot be built as the scenario wants it.
    #[error(transparent)]
    Build(#[from] BuildError),
    /// The runtime could not be started.
    #[error("the runtime could not be started: {0}")]
    Runtime(#[from] io::Error),
}

/// Runs `plan` on a simulated rig and records it. Nothing is judged here.
///
/// # Errors
/// The rig cannot be built, or the runtime cannot be started.
pub fn record(
    plan: &Plan,
    clock: ClockKind,
    options: &Options,
    progress: &mut impl Progress,
) -> Result<Recorded, SessionError> {
    let aftermath = match clock {
        ClockKind::Virtual => AFTERMATH,
        ClockKind::Real => Duration::ZERO,
    };
    runtime(clock)?.block_on(async {
        let mut rig = Simulated::build(&plan.setup, options)?;
        let recorder = rig.recorder.clone();
        let result =
            nanorig_runner::run(plan, &mut rig.device, &mut rig.bench, &recorder, progress, aftermath).await;
        let evidence = rig.finish();
        let header = Header {
            format: FORMAT,
            tool: env!("CARGO_PKG_VERSION").into(),
            scenario: plan.name.clone(),
            file: plan.source.name.to_string(),
            scenario_sha256: sha256_hex(plan.source.text.as_bytes()),
            seed: options.seed,
            clock,
            started: evidence.started,
            dut: evidence.dut,
            requirements: plan.requirements.clone(),
            parameters: plan.parameters.clone(),
        };
        let trace = Trace { header, records: evidence.records };
        Ok(Recorded { result, trace, capture: evidence.capture })
    })
}

/// Paused time is virtual: it jumps to the next event whenever nobody has anything to do.
fn runtime(clock: ClockKind) -> io::Result<Runtime> {
    let mut builder = Builder::new_current_thread();
    builder.enable_time();
    match clock {
        ClockKind::Virtual => builder.start_paused(true),
        ClockKind::Real => builder.enable_io(),
    };
    builder.build()
}
