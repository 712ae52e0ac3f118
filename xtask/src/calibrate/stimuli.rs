//! The claims of hostile stimuli: each gives teeth to the checks of the requirements that it says it provokes.
//!
//! It does so in a scenario that uses it, asks for the requirement and is passed by the reference device, when some
//! quirk fails the requirement there and no longer does once the stimulus is left out.

use nanorig_checks::Check;
use nanorig_cloud::hostile::Spec;
use nanorig_dut::Hand;
use nanorig_scenario::{Plan, Step, StepKind};

use super::bench;
use super::claim::{Cause, Claim, Outcome};
use super::runs::Runs;

/// Tries all claims of one stimulus.
pub(super) fn claims(spec: &&'static Spec, runs: &Runs<'_>) -> anyhow::Result<Vec<Claim>> {
    let claim = |&requirement| {
        let outcome = match Check::of(requirement) {
            Some(_) => outcome(spec.name, requirement, runs)?,
            None => Outcome::Unchecked,
        };
        Ok(Claim { cause: Cause::Stimulus(spec.name), requirement, outcome })
    };
    spec.provokes.iter().map(claim).collect()
}

fn outcome(stimulus: &'static str, requirement: &str, runs: &Runs<'_>) -> anyhow::Result<Outcome> {
    let quirks = nanorig_rig::quirks_that_fail(requirement);
    let mut tries = Vec::new();
    for index in runs.asking(requirement).into_iter().filter(|&index| uses(runs.plan(index), stimulus)) {
        let (name, reference) = (runs.name(index), runs.reference(index));
        if !reference.passes(requirement) {
            tries.push(format!("{name} does not pass: {}", reference.told(requirement)));
            continue;
        }
        let without = without(runs.plan(index), stimulus);
        for &quirk in &quirks {
            if !runs.with_quirk(index, quirk)?.breaks(requirement, reference) {
                continue;
            }
            if !bench::run(&without, Some(quirk))?.breaks(requirement, reference) {
                return Ok(Outcome::Shown { scenario: name.to_owned(), by: Some(quirk), others: Vec::new() });
            }
            tries.push(format!("{quirk} fails in {name} without it as well"));
        }
    }
    Ok(Outcome::Hole(match (tries.is_empty(), quirks.is_empty()) {
        (false, _) => tries.join("; "),
        (true, true) => "no quirk fails it".into(),
        (true, false) => "no scenario uses both, or no quirk fails there".into(),
    }))
}

fn uses(plan: &Plan, stimulus: &str) -> bool {
    fn any(steps: &[Step], stimulus: &str) -> bool {
        steps.iter().any(|step| match &step.kind {
            StepKind::Repeat { steps, .. } => any(steps, stimulus),
            _ => applies(step, stimulus),
        })
    }
    any(&plan.steps, stimulus)
}

/// The same scenario, in which the stimulus never comes.
fn without(plan: &Plan, stimulus: &str) -> Plan {
    fn leave_out(steps: &mut Vec<Step>, stimulus: &str) {
        steps.retain(|step| !applies(step, stimulus));
        for step in steps {
            if let StepKind::Repeat { steps, .. } = &mut step.kind {
                leave_out(steps, stimulus);
            }
        }
    }
    let mut plan = plan.clone();
    leave_out(&mut plan.steps, stimulus);
    plan
}

fn applies(step: &Step, stimulus: &str) -> bool {
    matches!(&step.kind, StepKind::Call { call, .. } if call.spec.hand == Hand::Cloud && call.spec.name == stimulus)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stimulus_is_left_out_wherever_it_stands() {
        let plans = crate::scenarios::all().unwrap();
        let (stimulus, calm) = ("withhold-puback", "calm");
        let plan = plans.iter().find(|plan| uses(plan, stimulus) && uses(plan, calm)).unwrap();
        let without = without(plan, stimulus);
        assert!(!uses(&without, stimulus) && uses(&without, calm));
        assert!(without.step_count() < plan.step_count());
    }
}
