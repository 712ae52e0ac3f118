//! How a run ended, as a whole.

use std::fmt;

use nanorig_checks::Verdict;
use nanorig_trace::event::StepResult;
use serde::Serialize;

use crate::report::{StepFinding, VerdictRow};

/// How a run ended, as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// Everything that was judged passed.
    Passed,
    /// A verdict is `fail`, or a step did not do what it should.
    Failed,
    /// Something could not be decided, or nothing was judged.
    Inconclusive,
    /// The device or the bench cannot do a part of what the scenario is about, so that the rest proves less than it says.
    NotApplicable,
    /// The harness could not do its job.
    Error,
    /// The device could not be reached.
    Unreachable,
}

impl Outcome {
    /// The outcome as written in reports.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Failed => "failed",
            Self::Inconclusive => "inconclusive",
            Self::NotApplicable => "not-applicable",
            Self::Error => "error",
            Self::Unreachable => "unreachable",
        }
    }

    /// The outcome that follows from steps and verdicts. A run that judged nothing proves nothing, however many of its
    /// steps passed, and one that left a step out did not do what its verdicts are about.
    pub(crate) fn of(findings: &[StepFinding], verdicts: &[VerdictRow]) -> Self {
        let any_step = |result| findings.iter().any(|finding| finding.result == result);
        let any_verdict = |verdict| verdicts.iter().any(|row| row.verdict == verdict);
        if any_step(StepResult::Error) || any_verdict(Verdict::Error) {
            Self::Error
        } else if any_step(StepResult::Failed) || any_verdict(Verdict::Fail) {
            Self::Failed
        } else if any_step(StepResult::NotApplicable) {
            Self::NotApplicable
        } else if any_verdict(Verdict::Inconclusive) {
            Self::Inconclusive
        } else if any_verdict(Verdict::Pass) || any_verdict(Verdict::PassWithWarning) {
            Self::Passed
        } else if any_verdict(Verdict::NotApplicable) {
            Self::NotApplicable
        } else {
            Self::Inconclusive
        }
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing;

    fn ended(result: StepResult) -> StepFinding {
        StepFinding { step: 1, result, message: String::new(), line: 1, t_us: 0 }
    }

    #[test]
    fn a_run_that_judged_nothing_is_inconclusive() {
        assert_eq!(Outcome::of(&[], &[]), Outcome::Inconclusive);
    }

    #[test]
    fn a_step_that_was_left_out_takes_the_run_with_it_unless_something_failed() {
        let skipped = ended(StepResult::NotApplicable);
        for (verdict, outcome) in [
            (Verdict::Pass, Outcome::NotApplicable),
            (Verdict::Inconclusive, Outcome::NotApplicable),
            (Verdict::Fail, Outcome::Failed),
            (Verdict::Error, Outcome::Error),
        ] {
            let rows = [testing::row("NET-LOSS-01", verdict)];
            assert_eq!(Outcome::of(std::slice::from_ref(&skipped), &rows), outcome, "{verdict}");
        }
    }

    #[test]
    fn steps_count_where_nothing_was_judged() {
        for (result, outcome) in [
            (StepResult::Failed, Outcome::Failed),
            (StepResult::Error, Outcome::Error),
            (StepResult::NotApplicable, Outcome::NotApplicable),
        ] {
            assert_eq!(Outcome::of(&[ended(result)], &[]), outcome);
        }
    }
}
