//! Exit codes, which scripts rely on.

use std::process::ExitCode;

use nanorig_report::Outcome;

/// How the program ends. The worst of several runs counts, in the order of [`Exit::severity`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Everything that applies passed.
    Passed,
    /// A verdict is `fail`, or a step failed.
    Failed,
    /// The scenario, a file or the command line is wrong.
    Usage,
    /// Nothing failed, but something could not be decided.
    Inconclusive,
    /// The harness could not do its job.
    Harness,
    /// The device under test could not be reached.
    Unreachable,
}

impl Exit {
    /// The exit of one outcome.
    pub(crate) const fn of(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Passed | Outcome::NotApplicable => Self::Passed,
            Outcome::Failed => Self::Failed,
            Outcome::Inconclusive => Self::Inconclusive,
            Outcome::Error => Self::Harness,
            Outcome::Unreachable => Self::Unreachable,
        }
    }

    /// The process's exit code.
    pub(crate) const fn code(self) -> u8 {
        match self {
            Self::Passed => 0,
            Self::Failed => 1,
            Self::Usage => 2,
            Self::Inconclusive => 3,
            Self::Harness => 4,
            Self::Unreachable => 5,
        }
    }

    /// A finding outranks what could not be decided; a broken harness outranks a finding, as it may have caused it.
    const fn severity(self) -> u8 {
        match self {
            Self::Passed => 0,
            Self::Inconclusive => 1,
            Self::Failed => 2,
            Self::Unreachable => 3,
            Self::Harness => 4,
            Self::Usage => 5,
        }
    }

    /// The worse of two.
    pub(crate) const fn worst(self, other: Self) -> Self {
        if other.severity() > self.severity() { other } else { self }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_is_not_hidden_by_what_could_not_be_decided() {
        assert_eq!(Exit::Inconclusive.worst(Exit::Failed), Exit::Failed);
        assert_eq!(Exit::Failed.worst(Exit::Inconclusive), Exit::Failed);
        assert_eq!(Exit::Passed.worst(Exit::Inconclusive), Exit::Inconclusive);
    }
}
