//! Verdicts and trace rendered for people and machines.
//!
//! [`Report`] gathers what a run showed; the reporters receive the finished value and cannot
//! change an outcome. Showing a failure in the scenario's text is the binary's part.

mod json;
mod junit;
mod outcome;
mod printable;
mod report;
mod span;
mod terminal;
#[cfg(test)]
mod testing;

pub use json::json;
pub use junit::junit;
pub use outcome::Outcome;
pub use printable::printable;
pub use report::{Budgets, Report, StepFinding, VerdictRow};
pub use span::span;
pub use terminal::{Style, one_line, summary, terminal, undecided};
