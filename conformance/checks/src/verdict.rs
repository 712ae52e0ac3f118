//! What a check says.

use std::fmt;

use nanorig_trace::Time;
use serde::{Deserialize, Serialize};

use crate::view::At;

/// The verdict on one requirement in one run (ISO/IEC 9646, with a warning and the harness's own failures).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// The requirement held.
    Pass,
    /// It held, but not in the best way; or a recommendation was not followed.
    PassWithWarning,
    /// It was broken.
    Fail,
    /// What it is about never happened, or evidence was lost. Never counted as a pass.
    Inconclusive,
    /// The device does not claim what it is about, or this bench cannot provoke it.
    NotApplicable,
    /// The harness could not judge.
    Error,
}

impl Verdict {
    /// The verdict as written in reports, such as `pass-with-warning`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::PassWithWarning => "pass-with-warning",
            Self::Fail => "fail",
            Self::Inconclusive => "inconclusive",
            Self::NotApplicable => "not-applicable",
            Self::Error => "error",
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// One record of the trace that a finding rests on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    /// The record's index in the trace, counted from 0.
    pub record: usize,
    /// When it was recorded.
    #[serde(rename = "t_us")]
    pub time: Time,
    /// What it shows, one sentence without a full stop.
    pub text: String,
}

impl Evidence {
    /// Evidence at a place of the trace.
    pub fn new(at: At, text: impl Into<String>) -> Self {
        Self { record: at.record, time: at.time, text: text.into() }
    }
}

/// A verdict with its reasons.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// The verdict of the check, before the requirement's level is considered.
    pub verdict: Verdict,
    /// What it rests on, in the order of the trace.
    pub evidence: Vec<Evidence>,
    /// One sentence for people.
    pub summary: String,
}

impl Finding {
    fn new(verdict: Verdict, summary: impl Into<String>) -> Self {
        Self { verdict, evidence: Vec::new(), summary: summary.into() }
    }

    /// The requirement held.
    pub fn pass(summary: impl Into<String>) -> Self {
        Self::new(Verdict::Pass, summary)
    }

    /// The requirement held, but.
    pub fn warning(summary: impl Into<String>) -> Self {
        Self::new(Verdict::PassWithWarning, summary)
    }

    /// The requirement was broken.
    pub fn fail(summary: impl Into<String>) -> Self {
        Self::new(Verdict::Fail, summary)
    }

    /// Nothing can be said.
    pub fn inconclusive(summary: impl Into<String>) -> Self {
        Self::new(Verdict::Inconclusive, summary)
    }

    /// The requirement does not concern this device.
    pub fn not_applicable(summary: impl Into<String>) -> Self {
        Self::new(Verdict::NotApplicable, summary)
    }

    /// The harness failed.
    pub fn error(summary: impl Into<String>) -> Self {
        Self::new(Verdict::Error, summary)
    }

    /// With this record as evidence.
    #[must_use]
    pub fn with(mut self, at: At, text: impl Into<String>) -> Self {
        self.evidence.push(Evidence::new(at, text));
        self
    }

    /// With all this evidence.
    #[must_use]
    pub fn with_all(mut self, evidence: impl IntoIterator<Item = Evidence>) -> Self {
        self.evidence.extend(evidence);
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn verdicts_are_written_in_kebab_case() {
        for verdict in [
            Verdict::Pass,
            Verdict::PassWithWarning,
            Verdict::Fail,
            Verdict::Inconclusive,
            Verdict::NotApplicable,
            Verdict::Error,
        ] {
            let text = serde_json::to_string(&verdict).expect("a word is written");
            assert_eq!(text, format!("\"{verdict}\""));
        }
        assert_eq!(format!("{:>6}|", Verdict::Pass), "  pass|");
    }
}
