//! The claims of quirks: each fails the requirements that it says it fails.

use nanorig_checks::Check;
use nanorig_mcu::quirk::Quirk;

use super::claim::{Cause, Claim, Outcome};
use super::runs::Runs;

/// Tries all claims of one quirk.
pub(super) fn claims(quirk: &Quirk, runs: &Runs<'_>) -> anyhow::Result<Vec<Claim>> {
    let claim = |&requirement| {
        let outcome = match Check::of(requirement) {
            Some(_) => outcome(quirk, requirement, runs)?,
            None => Outcome::Unchecked,
        };
        Ok(Claim { cause: Cause::Quirk(quirk.name), requirement, outcome })
    };
    quirk.fails.iter().map(claim).collect()
}

fn outcome(quirk: &Quirk, requirement: &str, runs: &Runs<'_>) -> anyhow::Result<Outcome> {
    let mut tries = Vec::new();
    for index in runs.asking(requirement) {
        let (name, reference) = (runs.name(index), runs.reference(index));
        if !reference.passes(requirement) {
            tries.push(format!("{name} does not pass without it: {}", reference.told(requirement)));
            continue;
        }
        let run = runs.with_quirk(index, quirk.name)?;
        if run.breaks(requirement, reference) {
            let others = run.broken(reference).filter(|id| !quirk.fails.contains(id));
            let others = others.map(str::to_owned).collect();
            return Ok(Outcome::Shown { scenario: name.to_owned(), by: None, others });
        }
        tries.push(format!("{name} stays {}", run.told(requirement)));
    }
    if tries.is_empty() {
        tries.push("no scenario asks for it".into());
    }
    Ok(Outcome::Hole(tries.join("; ")))
}
