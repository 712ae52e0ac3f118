//! A cell of the matrix: a quirk or a stimulus, a requirement that it speaks of, and what came of it.

use std::fmt;

use crate::excused::Excuse;

/// One cell.
pub(super) struct Claim {
    pub(super) cause: Cause,
    pub(super) requirement: &'static str,
    pub(super) outcome: Outcome,
}

/// Who makes the claim.
#[derive(Clone, Copy)]
pub(super) enum Cause {
    /// A quirk says that it fails the requirement.
    Quirk(&'static str),
    /// A hostile stimulus says that it provokes the requirement.
    Stimulus(&'static str),
}

/// What came of it.
pub(super) enum Outcome {
    /// The requirement failed with a quirk and passed without.
    Shown {
        /// Where.
        scenario: String,
        /// The quirk that a stimulus brings out.
        by: Option<&'static str>,
        /// What failed as well, beyond what the quirk says.
        others: Vec<String>,
    },
    /// It could not be shown.
    Hole(String),
    /// The requirement has no check yet.
    Unchecked,
}

impl Claim {
    pub(super) fn is_excused_by(&self, excuse: &Excuse) -> bool {
        match self.cause {
            Cause::Quirk(name) => excuse.covers_quirk(self.requirement, name),
            Cause::Stimulus(name) => excuse.covers_stimulus(self.requirement, name),
        }
    }
}

impl Cause {
    pub(super) const fn is_stimulus(self) -> bool {
        matches!(self, Self::Stimulus(_))
    }

    /// What it was not shown to do.
    pub(super) const fn verb(self) -> &'static str {
        match self {
            Self::Quirk(_) => "does not fail",
            Self::Stimulus(_) => "gives no teeth to",
        }
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Quirk(name) | Self::Stimulus(name) => f.pad(name),
        }
    }
}

impl fmt::Display for Claim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:33} {:19} ", self.cause, self.requirement)?;
        match &self.outcome {
            Outcome::Shown { scenario, by: Some(quirk), .. } => {
                write!(f, "{quirk} fails in {scenario}, and not without this stimulus")
            }
            Outcome::Shown { scenario, others, .. } if others.is_empty() => write!(f, "fails in {scenario}"),
            Outcome::Shown { scenario, others, .. } => {
                write!(f, "fails in {scenario}, with {}", others.join(", "))
            }
            Outcome::Hole(hole) => write!(f, "HOLE: {hole}"),
            Outcome::Unchecked => f.write_str("not checked yet"),
        }
    }
}
