//! Runs of the scenarios that come with nanorig, each done once.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use nanorig_scenario::Plan;

use super::bench::{self, Judgement};
use super::crowd;
use crate::scenarios;

/// All scenarios, how the reference device does in them, and how quirks did so far.
pub(super) struct Runs<'p> {
    plans: &'p [Plan],
    references: Vec<Judgement>,
    quirks: Mutex<BTreeMap<(usize, &'static str), Arc<Judgement>>>,
}

impl<'p> Runs<'p> {
    /// Runs each scenario with the reference device.
    pub(super) fn new(plans: &'p [Plan]) -> anyhow::Result<Self> {
        let references = crowd::each(plans, |plan| bench::run(plan, None))?;
        Ok(Self { plans, references, quirks: Mutex::default() })
    }

    /// The scenario at `index`.
    pub(super) fn plan(&self, index: usize) -> &'p Plan {
        &self.plans[index]
    }

    /// What people call the scenario at `index`.
    pub(super) fn name(&self, index: usize) -> &'p str {
        scenarios::short_name(&self.plans[index])
    }

    /// How the reference device does in it.
    pub(super) fn reference(&self, index: usize) -> &Judgement {
        &self.references[index]
    }

    /// How a device with the quirk does in it.
    pub(super) fn with_quirk(&self, index: usize, quirk: &'static str) -> anyhow::Result<Arc<Judgement>> {
        let known = || self.quirks.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(judgement) = known().get(&(index, quirk)) {
            return Ok(judgement.clone());
        }
        // Two threads may do the same run: the result is the same, and none waits for the other.
        let judgement = Arc::new(bench::run(&self.plans[index], Some(quirk))?);
        known().insert((index, quirk), judgement.clone());
        Ok(judgement)
    }

    /// Scenarios that ask for a requirement, short ones first.
    pub(super) fn asking(&self, requirement: &str) -> Vec<usize> {
        let mut found: Vec<usize> = (0..self.plans.len())
            .filter(|&index| self.plans[index].requirements.iter().any(|id| id == requirement))
            .collect();
        let is_long = |plan: &Plan| plan.tags.iter().any(|tag| tag == "long");
        found.sort_by_key(|&index| (is_long(&self.plans[index]), self.plans[index].step_count()));
        found
    }
}
