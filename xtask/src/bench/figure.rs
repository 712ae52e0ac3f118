//! A measured figure beside its target.

use std::fmt;

/// A measured figure beside its target; smaller is better.
pub(crate) struct Figure {
    what: String,
    measured: f64,
    target: f64,
    unit: &'static str,
}

impl Figure {
    pub(crate) fn new(what: impl Into<String>, measured: f64, target: f64, unit: &'static str) -> Self {
        Self { what: what.into(), measured, target, unit }
    }

    /// True when the figure is within its target.
    pub(crate) fn met(&self) -> bool {
        self.measured <= self.target
    }
}

impl fmt::Display for Figure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { what, measured, target, unit } = self;
        let verdict = if self.met() { "met" } else { "MISSED" };
        write!(
            f,
            "{what:50} {measured:8.1} {unit:3} target {target:6.0} {unit:3} {:5.2} of it  {verdict}",
            measured / target
        )
    }
}
