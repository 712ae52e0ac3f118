//! A scenario whose every word has a meaning.

use std::collections::BTreeMap;
use std::time::Duration;

use nanorig_dut::setup::Setup;
use nanorig_dut::{Call, Named};
use serde_json::Value;

use crate::{EventPattern, Expected, Source, Span};

/// A checked scenario.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The file it came from.
    pub source: Source,
    /// What it is called in reports.
    pub name: String,
    /// What it is about, for lists; may be empty.
    pub description: String,
    /// Words to select it by.
    pub tags: Vec<String>,
    /// Requirement ids that it judges.
    pub requirements: Vec<String>,
    /// Capabilities without which it is not applicable.
    pub needs: Vec<String>,
    /// Seed when the command line gives none.
    pub seed: Option<u64>,
    /// Thresholds by the names that requirements use.
    pub parameters: BTreeMap<String, Value>,
    /// How the run is set up.
    pub setup: Setup,
    /// What happens, in order.
    pub steps: Vec<Step>,
}

impl Plan {
    /// Steps of the plan as counted in progress and reports: those of a `repeat` count each time.
    #[must_use]
    pub fn step_count(&self) -> u64 {
        count(&self.steps)
    }

    /// The plan's name and description.
    #[must_use]
    pub fn named(&self) -> Named {
        Named { name: self.name.clone(), summary: self.description.clone() }
    }
}

/// More steps than this would not fit the memory of the machine that runs them.
pub(crate) const MAX_STEPS: u64 = 1_000_000;

/// Steps as they are counted in progress and reports.
pub(crate) fn count(steps: &[Step]) -> u64 {
    let one = |step: &Step| match &step.kind {
        StepKind::Repeat { times, steps } => u64::from(*times).saturating_mul(count(steps)),
        _ => 1,
    };
    steps.iter().map(one).fold(0, u64::saturating_add)
}

/// One step.
#[derive(Clone, Debug)]
pub struct Step {
    /// What reports call it.
    pub label: String,
    /// The whole step in the file.
    pub span: Span,
    /// What it does.
    pub kind: StepKind,
}

/// What a step does.
#[derive(Clone, Debug)]
pub enum StepKind {
    /// Has something done by the device, the cloud or the network.
    Call {
        /// What.
        call: Call,
        /// What its outcome must hold. Without expectation it must succeed.
        expect: Option<(Expected, Span)>,
        /// Deadline.
        within: Duration,
        /// True when the next step does not wait for the outcome.
        background: bool,
    },
    /// Waits for an event.
    Expect {
        /// Which.
        pattern: EventPattern,
        /// How many such events, at least 1.
        times: u32,
        /// Deadline.
        within: Duration,
    },
    /// Fails if an event happens.
    Never {
        /// Which.
        pattern: EventPattern,
        /// How long to watch.
        during: Duration,
    },
    /// Lets time pass.
    Wait {
        /// How much.
        span: Duration,
    },
    /// Does steps several times.
    Repeat {
        /// How often.
        times: u32,
        /// Which.
        steps: Vec<Step>,
    },
}
