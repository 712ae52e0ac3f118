//! One run of one scenario, with or without a quirk, judged by every check there is.

use std::collections::BTreeMap;

use anyhow::{Context, anyhow};
use nanorig_checks::{Catalogue, Check, Level, Verdict, judge};
use nanorig_rig::simulated::{self, DEFAULT_SEED, Options, Recorded};
use nanorig_runner::{RunOutcome, Silent};
use nanorig_scenario::Plan;
use nanorig_trace::ClockKind;

/// What the checks found.
pub(super) struct Judgement {
    verdicts: BTreeMap<String, Judged>,
    /// The first step that failed, as that may have hidden what comes after it.
    pub(super) stopped: Option<String>,
}

/// One verdict, as the check found it: before a recommendation that is not followed becomes a warning.
struct Judged {
    verdict: Verdict,
    summary: String,
}

impl Judgement {
    pub(super) fn verdict(&self, id: &str) -> Verdict {
        self.verdicts.get(id).map_or(Verdict::Inconclusive, |judged| judged.verdict)
    }

    pub(super) fn passes(&self, id: &str) -> bool {
        matches!(self.verdict(id), Verdict::Pass | Verdict::PassWithWarning)
    }

    pub(super) fn fails(&self, id: &str) -> bool {
        self.verdict(id) == Verdict::Fail
    }

    /// True when the requirement is broken here: it fails, or where it is no MUST, it at least draws a warning that
    /// the reference device does not draw.
    pub(super) fn breaks(&self, id: &str, reference: &Self) -> bool {
        let binding = Catalogue::get().find(id).is_none_or(|requirement| requirement.level == Level::Must);
        let warned = self.verdict(id) == Verdict::PassWithWarning && reference.verdict(id) == Verdict::Pass;
        self.fails(id) || !binding && warned
    }

    /// Verdict and sentence.
    pub(super) fn told(&self, id: &str) -> String {
        let told = self.verdicts.get(id).map(|judged| format!("{}: {}", judged.verdict, judged.summary));
        let stopped = self.stopped.as_ref().map(|step| format!(" (the run stopped: {step})"));
        told.unwrap_or_else(|| "not judged".into()) + &stopped.unwrap_or_default()
    }

    /// Every requirement that fails here and not in `reference`.
    pub(super) fn broken<'j>(&'j self, reference: &'j Self) -> impl Iterator<Item = &'j str> {
        self.verdicts.keys().map(String::as_str).filter(|id| self.fails(id) && !reference.fails(id))
    }
}

/// Runs `plan` in virtual time and judges everything.
pub(super) fn run(plan: &Plan, quirk: Option<&str>) -> anyhow::Result<Judgement> {
    let mut plan = plan.clone();
    plan.setup.device.quirks.extend(quirk.map(str::to_owned));
    plan.requirements = Check::all().map(|check| check.id.to_owned()).collect();
    let options = Options { seed: plan.seed.unwrap_or(DEFAULT_SEED), capture: false, board: None };
    let recorded = simulated::record(&plan, ClockKind::Virtual, &options, &mut Silent);
    let Recorded { result, trace, .. } = recorded.with_context(|| plan.source.name.to_string())?;
    if result.outcome == RunOutcome::Error {
        let step = result.findings.first().map(|step| step.message.clone()).unwrap_or_default();
        return Err(anyhow!("{} with {quirk:?}: the harness failed: {step}", plan.source.name));
    }
    let verdicts = judge(&trace).into_iter().map(|judged| {
        (judged.id, Judged { verdict: judged.finding.verdict, summary: judged.finding.summary })
    });
    let stopped = result.findings.first().map(|step| format!("step {}: {}", step.index, step.message));
    Ok(Judgement { verdicts: verdicts.collect(), stopped })
}
