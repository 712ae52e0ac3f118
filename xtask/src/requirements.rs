//! What is known of each requirement: its check, what makes the check fail, and who asks for it.
//!
//! Holes are faults unless `excused.toml` gives a reason. Whether a quirk really makes a check fail is
//! [`crate::calibrate`]'s business.

use std::collections::BTreeSet;

use anyhow::ensure;
use nanorig_checks::{Catalogue, Check, Requirement};
use nanorig_cloud::hostile;
use nanorig_dut::Hand;
use nanorig_mcu::quirk;
use nanorig_scenario::{Plan, Step, StepKind};

use crate::excused::{Excuse, Excused};
use crate::scenarios;

/// One requirement and everything that has to do with it.
struct Row<'a> {
    requirement: &'a Requirement,
    checked: bool,
    quirks: Vec<&'static str>,
    stimuli: Vec<&'static str>,
    scenarios: Vec<&'a str>,
}

impl<'a> Row<'a> {
    fn new(requirement: &'a Requirement, plans: &'a [Plan]) -> Self {
        let id = &requirement.id;
        let asking = plans.iter().filter(|plan| plan.requirements.contains(id));
        Self {
            requirement,
            checked: Check::of(id).is_some(),
            quirks: nanorig_rig::quirks_that_fail(id),
            stimuli: nanorig_rig::stimuli_that_provoke(id),
            scenarios: asking.map(scenarios::short_name).collect(),
        }
    }

    /// True when nothing says that it makes the check fail. What provokes a requirement does not fail it yet: it takes
    /// a device that does wrong.
    fn is_toothless(&self) -> bool {
        self.checked && self.quirks.is_empty()
    }
}

/// Prints the table and fails on what is missing.
pub(crate) fn run() -> anyhow::Result<()> {
    let plans = scenarios::all()?;
    let excused = Excused::read()?;
    let rows: Vec<Row<'_>> = Catalogue::get().all().iter().map(|row| Row::new(row, &plans)).collect();
    for row in &rows {
        print(row, &excused);
    }
    totals(&rows, &plans);
    let faults: Vec<String> =
        unknown_ids().into_iter().chain(holes(&rows, &excused)).chain(unused_calls(&plans)).collect();
    ensure!(faults.is_empty(), "{} faults:\n  {}", faults.len(), faults.join("\n  "));
    Ok(())
}

fn print(row: &Row<'_>, excused: &Excused) {
    let id = &row.requirement.id;
    let because = |excuses: &[Excuse]| {
        excuses.iter().find(|excuse| excuse.covers(id)).map(|excuse| format!("excused: {}", excuse.reason))
    };
    if !row.checked {
        println!("{id:20} {}", because(&excused.unchecked).unwrap_or_else(|| "NOT CHECKED".into()));
        return;
    }
    let list = |names: &[&str]| if names.is_empty() { "-".to_owned() } else { names.join(", ") };
    println!(
        "{id:20} checked; failed by {}; provoked by {}; asked for by {}",
        list(&row.quirks),
        list(&row.stimuli),
        list(&row.scenarios),
    );
    if row.is_toothless() {
        let because = because(&excused.uncalibrated);
        println!("{:20} {}", "", because.unwrap_or_else(|| "NOTHING MAKES IT FAIL".into()));
    }
}

fn totals(rows: &[Row<'_>], plans: &[Plan]) {
    let count = |test: &dyn Fn(&Row<'_>) -> bool| rows.iter().filter(|row| test(row)).count();
    println!(
        "\n{} requirements: {} checked, of which {} have no quirk; {} are asked for by scenarios",
        rows.len(),
        count(&|row| row.checked),
        count(&|row: &Row<'_>| row.is_toothless()),
        count(&|row| row.checked && !row.scenarios.is_empty()),
    );
    println!(
        "{} quirks, {} stimuli, {} scenarios, {} steps",
        quirk::ALL.len(),
        hostile::ALL.len(),
        plans.len(),
        plans.iter().map(Plan::step_count).sum::<u64>(),
    );
}

/// Ids that nothing defines. Those of scenarios are found when they are parsed.
fn unknown_ids() -> BTreeSet<String> {
    let catalogue = Catalogue::get();
    let of_quirks =
        quirk::ALL.iter().flat_map(|quirk| quirk.fails.iter().map(|id| ("quirk", quirk.name, *id)));
    let of_stimuli =
        hostile::ALL.iter().flat_map(|spec| spec.provokes.iter().map(|id| ("stimulus", spec.name, *id)));
    let of_checks = Check::all().map(|check| ("check", check.id, check.id));
    of_quirks
        .chain(of_stimuli)
        .chain(of_checks)
        .filter(|(_, _, id)| catalogue.find(id).is_none())
        .map(|(noun, name, id)| format!("the {noun} {name} names {id}, which is not in the catalogue"))
        .collect()
}

/// Actions and stimuli that no scenario with requirements uses: nobody would notice if they did nothing.
fn unused_calls(plans: &[Plan]) -> Vec<String> {
    let mut used = BTreeSet::new();
    for plan in plans.iter().filter(|plan| !plan.requirements.is_empty()) {
        collect_calls(&plan.steps, &mut used);
    }
    let all = nanorig_rig::vocabulary().calls.into_iter();
    all.filter(|spec| !used.contains(&(spec.hand, spec.name)))
        .map(|spec| format!("no scenario uses `{}: {}`", spec.hand.key(), spec.name))
        .collect()
}

fn collect_calls(steps: &[Step], used: &mut BTreeSet<(Hand, &'static str)>) {
    for step in steps {
        match &step.kind {
            StepKind::Call { call, .. } => {
                used.insert((call.spec.hand, call.spec.name));
            }
            StepKind::Repeat { steps, .. } => collect_calls(steps, used),
            _ => {}
        }
    }
}

/// Requirements without check and checks without teeth that nobody excused, and excuses of what is no hole.
fn holes(rows: &[Row<'_>], excused: &Excused) -> Vec<String> {
    let ids = |test: &dyn Fn(&Row<'_>) -> bool| -> Vec<&str> {
        rows.iter().filter(|row| test(row)).map(|row| row.requirement.id.as_str()).collect()
    };
    let mut faults = Vec::new();
    let unchecked = ids(&|row| !row.checked);
    for id in unexcused(&unchecked, &excused.unchecked) {
        faults.push(format!("{id} has no check and no excuse"));
    }
    for id in unexcused(&ids(&|row: &Row<'_>| row.is_toothless()), &excused.uncalibrated) {
        faults.push(format!("{id} has a check, but no quirk that makes it fail, and no excuse"));
    }
    for excuse in &excused.unchecked {
        for id in excuse.stale(&unchecked) {
            faults.push(format!(
                "{id} is excused (\"{}\"), but no requirement of that id lacks a check",
                excuse.reason
            ));
        }
    }
    faults
}

fn unexcused<'i>(ids: &'i [&str], excuses: &'i [Excuse]) -> impl Iterator<Item = &'i str> {
    ids.iter().copied().filter(|id| !excuses.iter().any(|excuse| excuse.covers(id)))
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_requirement_is_checked_or_excused() {
        super::run().unwrap();
    }
}
