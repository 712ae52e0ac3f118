//! Shows that checks have teeth: each quirk fails the requirements that it says it fails, in a scenario
//! that asks for them and that the reference device passes.
//!
//! A claim that cannot be shown is a hole. Holes are faults unless `excused.toml` gives a reason.

mod bench;
mod claim;
mod crowd;

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use anyhow::{Context, ensure};
use nanorig_checks::Check;
use nanorig_mcu::quirk::{self, Quirk};
use nanorig_scenario::Plan;

use crate::excused::Excused;
use crate::scenarios;
use bench::Judgement;
use claim::{Claim, Outcome};

/// Runs the matrix, prints it, and fails on holes that nobody excused.
pub(crate) fn run(only: &[String]) -> anyhow::Result<()> {
    let quirks = chosen(only)?;
    let plans = scenarios::all()?;
    let excused = Excused::read()?;
    let reference = references(&plans)?;
    let claims = crowd::each(&quirks, |quirk| judge_quirk(quirk, &plans, &reference))?;
    let mut faults = Vec::new();
    let (mut shown, mut excuses) = (0, 0);
    for claim in claims.iter().flatten() {
        println!("{claim}");
        let excuse =
            excused.uncalibrated.iter().find(|excuse| excuse.covers_quirk(claim.requirement, claim.quirk));
        match (&claim.outcome, excuse) {
            (Outcome::Shown { .. }, _) => shown += 1,
            (Outcome::Unchecked, _) => {}
            (Outcome::Hole(_), Some(excuse)) => {
                excuses += 1;
                println!("{:34}{:20}excused: {}", "", "", excuse.reason);
            }
            (Outcome::Hole(hole), None) => {
                faults.push(format!("{} does not fail {}: {hole}", claim.quirk, claim.requirement));
            }
        }
    }
    if only.is_empty() {
        faults.extend(stale(&excused, claims.iter().flatten()));
        uncalibrated(claims.iter().flatten());
    }
    println!(
        "\n{} quirks: {shown} claims shown, {} holes, {excuses} of them excused",
        quirks.len(),
        faults.len() + excuses
    );
    ensure!(faults.is_empty(), "{} faults:\n  {}", faults.len(), faults.join("\n  "));
    Ok(())
}

fn chosen(only: &[String]) -> anyhow::Result<Vec<&'static Quirk>> {
    if only.is_empty() {
        return Ok(quirk::ALL.iter().collect());
    }
    only.iter()
        .map(|name| Quirk::named(name).with_context(|| format!("there is no quirk `{name}`")))
        .collect()
}

/// How the reference device does in each scenario, by the scenario's place in `plans`.
fn references(plans: &[Plan]) -> anyhow::Result<Vec<Judgement>> {
    let plans: Vec<&Plan> = plans.iter().collect();
    crowd::each(&plans, |plan| bench::run(plan, None))
}

/// Tries all claims of one quirk. A scenario runs once for all requirements that it asks for.
fn judge_quirk(quirk: &Quirk, plans: &[Plan], reference: &[Judgement]) -> anyhow::Result<Vec<Claim>> {
    let mut runs: BTreeMap<usize, Judgement> = BTreeMap::new();
    let mut claims = Vec::new();
    for &requirement in quirk.fails {
        if Check::of(requirement).is_none() {
            claims.push(Claim { quirk: quirk.name, requirement, outcome: Outcome::Unchecked });
            continue;
        }
        let mut tries = Vec::new();
        let mut shown = None;
        for index in asking(requirement, plans) {
            let name = scenarios::short_name(&plans[index]);
            if !reference[index].passes(requirement) {
                let told = reference[index].told(requirement);
                tries.push(format!("{name} does not pass without it: {told}"));
                continue;
            }
            if let Entry::Vacant(vacant) = runs.entry(index) {
                vacant.insert(bench::run(&plans[index], Some(quirk.name))?);
            }
            let run = &runs[&index];
            if run.breaks(requirement, &reference[index]) {
                let others = run.broken(&reference[index]).filter(|id| !quirk.fails.contains(id));
                let others = others.map(str::to_owned).collect();
                shown = Some(Outcome::Shown { scenario: name.to_owned(), others });
                break;
            }
            tries.push(format!("{name} stays {}", run.told(requirement)));
        }
        if tries.is_empty() {
            tries.push("no scenario asks for it".into());
        }
        let outcome = shown.unwrap_or_else(|| Outcome::Hole(tries.join("; ")));
        claims.push(Claim { quirk: quirk.name, requirement, outcome });
    }
    Ok(claims)
}

/// Scenarios that ask for a requirement, short ones first.
fn asking(requirement: &str, plans: &[Plan]) -> Vec<usize> {
    let mut found: Vec<usize> = (0..plans.len())
        .filter(|&index| plans[index].requirements.iter().any(|id| id == requirement))
        .collect();
    let is_long = |plan: &Plan| plan.tags.iter().any(|tag| tag == "long");
    found.sort_by_key(|&index| (is_long(&plans[index]), plans[index].step_count()));
    found
}

/// Excuses that nothing needs.
fn stale<'c>(excused: &Excused, claims: impl Iterator<Item = &'c Claim>) -> Vec<String> {
    let holes: Vec<&Claim> = claims.filter(|claim| matches!(claim.outcome, Outcome::Hole(_))).collect();
    // A check without any quirk is excused in the same list, which is the business of `requirements`.
    let toothless: Vec<&str> = Check::all()
        .map(|check| check.id)
        .filter(|id| nanorig_rig::quirks_that_fail(id).is_empty())
        .collect();
    let mut faults = Vec::new();
    for excuse in &excused.uncalibrated {
        let meant =
            holes.iter().filter(|hole| excuse.quirk.as_deref().is_none_or(|quirk| quirk == hole.quirk));
        let ids: Vec<&str> = meant.map(|hole| hole.requirement).chain(toothless.iter().copied()).collect();
        for id in excuse.stale(&ids) {
            faults.push(format!("{id} is excused (\"{}\"), but is no hole", excuse.reason));
        }
    }
    faults
}

/// Names the checks that no quirk was shown to fail.
fn uncalibrated<'c>(claims: impl Iterator<Item = &'c Claim>) {
    let shown: Vec<&str> = claims
        .filter(|claim| matches!(claim.outcome, Outcome::Shown { .. }))
        .map(|claim| claim.requirement)
        .collect();
    let missing: Vec<&str> = Check::all().map(|check| check.id).filter(|id| !shown.contains(id)).collect();
    println!("\n{} checks that no quirk was shown to fail: {}", missing.len(), missing.join(", "));
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_quirk_fails_what_it_says() {
        super::run(&[]).unwrap();
    }
}
