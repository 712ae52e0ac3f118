//! What the harness did: steps, calls to the device and the bench, its own errors.

use nanorig_trace::event::{RunEvent, StepResult};
use nanorig_trace::{Event, Trace};
use serde_json::Value;

use super::At;

/// A step of the scenario.
#[derive(Clone, Debug)]
pub struct Step<'t> {
    /// Its number, counted from 1.
    pub number: u32,
    /// Its label, or its action.
    pub label: &'t str,
    /// When it began.
    pub started: At,
    /// How it ended.
    pub finished: Option<Finished<'t>>,
}

/// The end of a step.
#[derive(Clone, Copy, Debug)]
pub struct Finished<'t> {
    /// When.
    pub at: At,
    /// How.
    pub result: StepResult,
    /// What was seen.
    pub message: &'t str,
    /// Name of the call that the device or the bench cannot do.
    pub skipped: Option<&'t str>,
}

/// Something that the harness told the device, the cloud or the network to do.
#[derive(Clone, Copy, Debug)]
pub struct HarnessCall<'t> {
    /// When.
    pub at: At,
    /// `device`, `cloud` or `network`.
    pub hand: &'t str,
    /// What, as named in the scenario.
    pub name: &'t str,
    /// Its arguments.
    pub args: &'t Value,
    /// Number of its step; none in traces of earlier versions.
    pub step: Option<u32>,
    /// How it ended: the place, whether it did what it should, and its results.
    pub outcome: Option<(At, bool, &'t Value)>,
}

pub(super) type Harness<'t> = (Vec<Step<'t>>, Vec<HarnessCall<'t>>, Vec<(At, &'t str)>);

pub(super) fn harness(trace: &Trace) -> Harness<'_> {
    let (mut steps, mut calls, mut errors): Harness<'_> = (Vec::new(), Vec::new(), Vec::new());
    for (record, entry) in trace.records.iter().enumerate() {
        let Event::Run(event) = &entry.event else { continue };
        let at = At { record, time: entry.at };
        match event {
            RunEvent::StepStarted { step, label } => {
                steps.push(Step { number: *step, label, started: at, finished: None });
            }
            RunEvent::StepFinished { step, result, message, skipped, .. } => {
                if let Some(open) = steps.iter_mut().rev().find(|open| open.number == *step) {
                    let skipped = skipped.as_deref();
                    open.finished = Some(Finished { at, result: *result, message, skipped });
                }
            }
            RunEvent::Stimulus { hand, name, args, step } => {
                calls.push(HarnessCall { at, hand, name, args, step: *step, outcome: None });
            }
            RunEvent::Action { name, args, step } => {
                calls.push(HarnessCall { at, hand: "device", name, args, step: *step, outcome: None });
            }
            RunEvent::Outcome { name, ok, fields, step } => {
                // Without a number, calls of one name are taken to end in the order in which they began.
                let open = calls
                    .iter_mut()
                    .find(|call| call.name == name && call.step == *step && call.outcome.is_none());
                if let Some(open) = open {
                    open.outcome = Some((at, *ok, fields));
                }
            }
            RunEvent::HarnessError { message } => errors.push((at, message)),
            _ => {}
        }
    }
    (steps, calls, errors)
}
