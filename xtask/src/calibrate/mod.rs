//! Shows that checks have teeth: each quirk fails the requirements that it says it fails, in a scenario
//! that asks for them and that the reference device passes; and each hostile stimulus that says it provokes a
//! requirement lets some quirk fail it.
//!
//! A claim that cannot be shown is a hole. Holes are faults unless `excused.toml` gives a reason. What fails beside a
//! claim is a fault unless `companions.toml` names it.

mod bench;
mod claim;
mod companions;
mod crowd;
mod quirks;
mod runs;
mod stimuli;

use anyhow::{Context, ensure};
use nanorig_checks::Check;
use nanorig_cloud::hostile;
use nanorig_mcu::quirk::{self, Quirk};

use crate::excused::Excused;
use crate::scenarios;
use claim::{Claim, Outcome};
use companions::Companions;
use runs::Runs;

/// Runs the matrix, prints it, and fails on holes that nobody excused.
pub(crate) fn run(only: &[String]) -> anyhow::Result<()> {
    let quirks = chosen(only)?;
    let plans = scenarios::all()?;
    let excused = Excused::read()?;
    let runs = Runs::new(&plans)?;
    let mut claims = crowd::each(&quirks, |quirk| quirks::claims(quirk, &runs))?;
    if only.is_empty() {
        claims.extend(crowd::each(hostile::ALL, |spec| stimuli::claims(spec, &runs))?);
    }
    let claims: Vec<Claim> = claims.into_iter().flatten().collect();
    let mut faults = judge(&claims, &excused);
    if only.is_empty() {
        faults.extend(stale(&excused, &claims));
        faults.extend(Companions::read_or_bless(&claims)?.faults(&claims));
        uncalibrated(&claims);
    }
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

/// Prints each claim and counts them; what it returns are the holes that nobody excused.
fn judge(claims: &[Claim], excused: &Excused) -> Vec<String> {
    let mut faults = Vec::new();
    let (mut shown, mut excuses) = ([0, 0], 0);
    for claim in claims {
        println!("{claim}");
        let excuse = excused.uncalibrated.iter().find(|excuse| claim.is_excused_by(excuse));
        match (&claim.outcome, excuse) {
            (Outcome::Shown { .. }, _) => shown[usize::from(claim.cause.is_stimulus())] += 1,
            (Outcome::Unchecked, _) => {}
            (Outcome::Hole(_), Some(excuse)) => {
                excuses += 1;
                println!("{:54}excused: {}", "", excuse.reason);
            }
            (Outcome::Hole(hole), None) => {
                faults.push(format!("{} {} {}: {hole}", claim.cause, claim.cause.verb(), claim.requirement));
            }
        }
    }
    let holes = faults.len() + excuses;
    println!(
        "\n{} claims of quirks and {} of stimuli shown, {holes} holes, {excuses} of them excused",
        shown[0], shown[1]
    );
    faults
}

/// Excuses that nothing needs.
fn stale(excused: &Excused, claims: &[Claim]) -> Vec<String> {
    let holes: Vec<&Claim> =
        claims.iter().filter(|claim| matches!(claim.outcome, Outcome::Hole(_))).collect();
    // A check without any quirk is excused in the same list, which is the business of `requirements`.
    let toothless: Vec<&str> = Check::all()
        .map(|check| check.id)
        .filter(|id| nanorig_rig::quirks_that_fail(id).is_empty())
        .collect();
    let mut faults = Vec::new();
    for excuse in &excused.uncalibrated {
        let meant = holes.iter().filter(|hole| hole.is_excused_by(excuse)).map(|hole| hole.requirement);
        let of_checks = toothless.iter().copied().filter(|_| excuse.is_general());
        let ids: Vec<&str> = meant.chain(of_checks).collect();
        for id in excuse.stale(&ids) {
            faults.push(format!("{id} is excused (\"{}\"), but is no hole", excuse.reason));
        }
    }
    faults
}

/// Names the checks that no quirk was shown to fail.
fn uncalibrated(claims: &[Claim]) {
    let shown: Vec<&str> = claims
        .iter()
        .filter(|claim| matches!(claim.outcome, Outcome::Shown { .. }) && !claim.cause.is_stimulus())
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
