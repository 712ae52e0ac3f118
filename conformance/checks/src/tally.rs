//! Counts what a check sees while it goes through a trace.

use crate::view::At;
use crate::{Evidence, Finding};

/// Collects what a check sees, and makes its finding: broken by one bad thing, held by at least one good
/// thing, inconclusive when there was neither.
#[derive(Debug, Default)]
pub struct Tally {
    good: Vec<Evidence>,
    doubtful: Vec<Evidence>,
    bad: Vec<Evidence>,
}

impl Tally {
    /// Something that shows that the requirement held.
    pub fn good(&mut self, at: At, text: impl Into<String>) {
        self.good.push(Evidence::new(at, text));
    }

    /// Something that deserves a warning.
    pub fn doubtful(&mut self, at: At, text: impl Into<String>) {
        self.doubtful.push(Evidence::new(at, text));
    }

    /// Something that breaks the requirement.
    pub fn bad(&mut self, at: At, text: impl Into<String>) {
        self.bad.push(Evidence::new(at, text));
    }

    /// Adds what another tally has seen.
    pub(crate) fn absorb(&mut self, other: Self) {
        self.good.extend(other.good);
        self.doubtful.extend(other.doubtful);
        self.bad.extend(other.bad);
    }

    /// True when nothing was seen at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.good.is_empty() && self.doubtful.is_empty() && self.bad.is_empty()
    }

    /// True when something breaks the requirement.
    #[must_use]
    pub fn has_bad(&self) -> bool {
        !self.bad.is_empty()
    }

    /// The finding: `held`, `broken` or `nothing` is its summary. A broken requirement cites what broke it, one
    /// that held cites what shows it.
    #[must_use]
    pub fn finish(self, held: &str, broken: &str, nothing: &str) -> Finding {
        if !self.bad.is_empty() {
            Finding::fail(broken).with_all(self.bad)
        } else if let Some(first) = self.doubtful.first() {
            let summary = format!("{held}, but {}", first.text);
            Finding::warning(summary).with_all(self.doubtful)
        } else if !self.good.is_empty() {
            Finding::pass(held).with_all(self.good)
        } else {
            Finding::inconclusive(nothing)
        }
    }
}
