//! What the harness did.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::spec::events;

/// How a step ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum StepResult {
    /// What was asked for happened, as expected.
    Passed,
    /// It did not, or an expectation was not met.
    Failed,
    /// The device or the bench cannot do it.
    NotApplicable,
    /// The harness could not do its job.
    Error,
}

events! {
    /// What the harness did.
    pub enum RunEvent {
        /// A step of the scenario began.
        "step-started" => StepStarted {
            /// Number of the step, counted from 1.
            step: u32,
            /// The step's label, or its action.
            label: String,
        },
        /// A step of the scenario ended.
        "step-finished" => StepFinished {
            /// Number of the step, counted from 1.
            step: u32,
            /// How it ended.
            result: StepResult,
            /// What was seen, empty when there is nothing to say.
            message: String,
            /// Line of the scenario file, counted from 1.
            line: u32,
            /// Name of the call that the device or the bench cannot do; none for every other end.
            skipped: Option<String>,
        },
        /// The harness told the cloud, the network or the operator's hand to do something.
        "stimulus" => Stimulus {
            /// `cloud` or `network`.
            hand: String,
            /// What, as named in the scenario.
            name: String,
            /// Its arguments.
            args: Value,
            /// Number of its step, counted from 1; none in traces of earlier versions.
            step: Option<u32>,
        },
        /// The device was told to do something.
        "action" => Action {
            /// What, as named in the scenario.
            name: String,
            /// Its arguments, secrets replaced by `***`.
            args: Value,
            /// Number of its step, counted from 1; none in traces of earlier versions.
            step: Option<u32>,
        },
        /// An action or stimulus ended.
        "outcome" => Outcome {
            /// What ended, as named in the scenario.
            name: String,
            /// Whether it did what it should.
            ok: bool,
            /// Its results, or what failed.
            fields: Value,
            /// Number of the step that began it, counted from 1; none in traces of earlier versions.
            step: Option<u32>,
        },
        /// The harness lost evidence or could not go on.
        "harness-error" => HarnessError {
            /// What went wrong.
            message: String,
        },
    }
}
