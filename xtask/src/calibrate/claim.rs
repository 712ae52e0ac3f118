//! A cell of the matrix: a quirk, a requirement that it says it fails, and what came of it.

use std::fmt;

/// One cell.
pub(super) struct Claim {
    pub(super) quirk: &'static str,
    pub(super) requirement: &'static str,
    pub(super) outcome: Outcome,
}

/// What came of it.
pub(super) enum Outcome {
    /// The requirement failed with the quirk and passed without.
    Shown {
        /// Where.
        scenario: String,
        /// What failed as well, beyond what the quirk says.
        others: Vec<String>,
    },
    /// It could not be shown.
    Hole(String),
    /// The requirement has no check yet.
    Unchecked,
}

impl fmt::Display for Claim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:33} {:19} ", self.quirk, self.requirement)?;
        match &self.outcome {
            Outcome::Shown { scenario, others } if others.is_empty() => write!(f, "fails in {scenario}"),
            Outcome::Shown { scenario, others } => {
                write!(f, "fails in {scenario}, with {}", others.join(", "))
            }
            Outcome::Hole(hole) => write!(f, "HOLE: {hole}"),
            Outcome::Unchecked => f.write_str("not checked yet"),
        }
    }
}
