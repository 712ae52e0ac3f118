//! From a trace to verdicts.

mod provoked;
#[cfg(test)]
mod tests;

use nanorig_trace::Trace;
use serde::Serialize;

use provoked::not_provoked;

use crate::{Catalogue, Check, Finding, Level, Requirement, Verdict, View};

/// More evidence than this is counted and left out: a report is for reading.
const EVIDENCE_LIMIT: usize = 20;

/// The verdict on one requirement.
#[derive(Clone, Debug, Serialize)]
pub struct Judged {
    /// The requirement's id, as the scenario wrote it.
    pub id: String,
    /// The requirement; none when the catalogue has no such id.
    #[serde(skip)]
    pub requirement: Option<&'static Requirement>,
    /// The verdict for the run: as the check found, but a recommendation that is not followed is a warning.
    pub verdict: Verdict,
    /// What the check found.
    pub finding: Finding,
}

/// Judges what the scenario asked for, in its order, and then all checks that hold always and have something
/// to say.
#[must_use]
pub fn judge(trace: &Trace) -> Vec<Judged> {
    let view = View::new(trace);
    let mut judged: Vec<Judged> = Vec::new();
    for id in &trace.header.requirements {
        if judged.iter().all(|known| &known.id != id) {
            judged.push(judge_one(&view, id));
        }
    }
    for check in Check::all().filter(|check| check.always) {
        if judged.iter().all(|known| known.id != check.id) {
            let extra = judge_one(&view, check.id);
            if !matches!(extra.finding.verdict, Verdict::Inconclusive | Verdict::NotApplicable) {
                judged.push(extra);
            }
        }
    }
    judged
}

fn judge_one(view: &View<'_>, id: &str) -> Judged {
    let requirement = Catalogue::get().find(id);
    let mut finding = match requirement {
        Some(requirement) => find(view, requirement),
        None => Finding::error(format!("the catalogue has no requirement {id}")),
    };
    let left_out = finding.evidence.len().saturating_sub(EVIDENCE_LIMIT);
    if left_out > 0 {
        finding.evidence.truncate(EVIDENCE_LIMIT);
        let records = if left_out == 1 { "record" } else { "records" };
        finding.summary.push_str(&format!(" (and {left_out} more {records} like these)"));
    }
    let binding = requirement.is_none_or(|requirement| requirement.level == Level::Must);
    let verdict = match finding.verdict {
        Verdict::Fail if !binding => Verdict::PassWithWarning,
        verdict => verdict,
    };
    Judged { id: id.to_owned(), requirement, verdict, finding }
}

fn find(view: &View<'_>, requirement: &'static Requirement) -> Finding {
    let header = &view.trace().header;
    if let Some(missing) = requirement.missing_capability(&header.dut.capabilities) {
        return Finding::not_applicable(format!("the device does not claim {missing}"));
    }
    if let Some(error) = view.parameter_error(requirement) {
        return Finding::error(error);
    }
    let Some(check) = Check::of(&requirement.id) else {
        return Finding::inconclusive("not checked yet");
    };
    let finding = (check.judge)(view);
    match finding.verdict {
        Verdict::Pass | Verdict::PassWithWarning => match view.harness_errors().first() {
            Some((at, message)) => Finding::inconclusive(format!("evidence was lost: {message}"))
                .with(*at, "the harness reported an error"),
            None => finding,
        },
        Verdict::Inconclusive => not_provoked(view, &requirement.id).unwrap_or(finding),
        _ => finding,
    }
}
