//! NET-LOSS-01: the device works over a link that loses frames, and recovers from one that loses many.

use std::time::Duration;

use nanorig_trace::event::StepResult;

use crate::view::{At, HarnessCall};
use crate::{Check, Finding, Tally, View};

pub(crate) const CHECK: Check = Check { id: "NET-LOSS-01", always: false, judge };

/// Up to this share the device has to do its work.
const WORKS_AT: f64 = 0.10;
/// After worse times it works again by then.
const RECOVERS_WITHIN: Duration = Duration::from_secs(900);

fn judge(view: &View<'_>) -> Finding {
    let changes = view.loss();
    let Some(lossy) = changes.iter().find(|(_, share)| *share > 0.0) else {
        return Finding::inconclusive("the link was not told to lose frames");
    };
    let mut tally = Tally::default();
    if let Some((at, crash)) = view.crash_between(lossy.0, view.end().time) {
        tally.bad(at, crash);
    }
    let heavy = changes.iter().any(|(_, share)| *share > WORKS_AT);
    if let Some((at, _)) = changes.last().filter(|(_, share)| heavy && *share <= WORKS_AT) {
        judge_recovery(view, *at, &mut tally);
    }
    for (index, (from, share)) in changes.iter().enumerate() {
        if *share > 0.0 && *share <= WORKS_AT {
            let until = changes.get(index + 1).map_or(view.end(), |(next, _)| *next);
            judge_work(view, (*from, until), *share, &mut tally);
        }
    }
    tally.finish(
        "the device did its work over the lossy link",
        "the device did not do its work over the lossy link",
        "nothing was asked of the device while few frames were lost, and the link did not get better after many",
    )
}

/// A message that the hub acknowledged after `at`.
pub(super) fn acknowledged(view: &View<'_>, at: At) -> Option<At> {
    let all = view.connections_to("hub").filter_map(|connection| {
        let mut published =
            connection.published().filter(|(sent, publish)| *sent > at && publish.id.is_some());
        published.find_map(|(sent, publish)| {
            connection
                .pubacks_received()
                .find(|(when, id)| *when > sent && Some(*id) == publish.id)
                .map(|(when, _)| when)
        })
    });
    all.min()
}

fn judge_recovery(view: &View<'_>, at: At, tally: &mut Tally) {
    match acknowledged(view, at) {
        Some(when) if when.since(at) <= RECOVERS_WITHIN => {
            tally.good(
                when,
                format!("works again {:.0} s after the link got better", when.since(at).as_secs_f64()),
            );
        }
        Some(when) => tally.bad(
            when,
            format!("works again only {:.0} s after the link got better", when.since(at).as_secs_f64()),
        ),
        None if view.end().since(at) > RECOVERS_WITHIN => {
            tally.bad(at, "the link got better here, the device did not")
        }
        None => {}
    }
}

/// Every step that the device is told to do ends as the scenario expects.
fn judge_work(view: &View<'_>, (from, until): (At, At), share: f64, tally: &mut Tally) {
    // A device starts without the link: that alone is no work over it.
    let asked = |call: &&HarnessCall<'_>| call.hand == "device" && call.name != "boot" && call.at > from;
    for call in view.calls().iter().filter(asked) {
        let step = view.steps().iter().find(|step| Some(step.number) == call.step);
        let ended = match step.and_then(|step| step.finished) {
            Some(finished) => {
                Some((finished.at, finished.result == StepResult::Passed, finished.message.to_owned()))
            }
            None => call.outcome.map(|(at, ok, fields)| (at, ok, fields.to_string())),
        };
        match ended.filter(|(at, ..)| *at <= until) {
            Some((at, true, _)) => {
                tally.good(at, format!("{} did what it should, with {:.0}% lost", call.name, share * 100.0));
            }
            Some((at, false, why)) => tally.bad(at, format!("{} failed: {why}", call.name)),
            None => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use nanorig_trace::event::{NetworkEvent, PathCondition, RunEvent, StepResult};
    use serde_json::json;

    use crate::Verdict;
    use crate::testing::Story;

    fn loses(story: &mut Story, share: f64) {
        let path = PathCondition { loss: share, ..PathCondition::default() };
        story.event(NetworkEvent::LinkSettings { from_device: path, to_device: PathCondition::default() });
    }

    /// The device is told to send over a link that loses this share from the beginning on.
    fn sending(share: f64, ok: bool, result: StepResult) -> Story {
        told_to("telemetry.send", share, ok, result)
    }

    fn told_to(call: &str, share: f64, ok: bool, result: StepResult) -> Story {
        let mut story = Story::new();
        loses(&mut story, share);
        story.at(1.0).event(RunEvent::StepStarted { step: 1, label: call.into() });
        let (name, args, step) = (call.to_owned(), json!({}), Some(1));
        story.event(RunEvent::Action { name: name.clone(), args, step });
        story.at(2.0).event(RunEvent::Outcome { name, ok, fields: json!({}), step });
        let (message, line, skipped) = (String::new(), 1, None);
        story.event(RunEvent::StepFinished { step: 1, result, message, line, skipped });
        story
    }

    #[test]
    fn light_loss_must_not_matter() {
        sending(0.05, true, StepResult::Passed).expect("NET-LOSS-01", Verdict::Pass);
        sending(0.05, true, StepResult::Failed).expect("NET-LOSS-01", Verdict::Fail);
        let mut story = sending(0.05, true, StepResult::Passed);
        story.boot("watchdog");
        story.expect("NET-LOSS-01", Verdict::Fail);
    }

    #[test]
    fn to_start_is_no_work() {
        told_to("boot", 0.05, true, StepResult::Passed).expect("NET-LOSS-01", Verdict::Inconclusive);
    }

    #[test]
    fn a_call_that_fails_as_expected_is_work() {
        sending(0.05, false, StepResult::Passed).expect("NET-LOSS-01", Verdict::Pass);
    }

    #[test]
    fn heavy_loss_from_the_beginning_is_no_light_loss() {
        sending(0.3, false, StepResult::Failed).expect("NET-LOSS-01", Verdict::Inconclusive);
    }

    #[test]
    fn after_heavy_loss_it_works_again() {
        for (second, verdict) in [(4_499.0, Verdict::Pass), (4_501.0, Verdict::Fail)] {
            let mut story = Story::new();
            loses(&mut story, 0.3);
            story.at(3_600.0);
            loses(&mut story, 0.0);
            let conn = story.at(second).session(true);
            story.telemetry(conn, 1, "{}").puback(conn, 1);
            story.expect("NET-LOSS-01", verdict);
        }
    }

    #[test]
    fn traces_that_do_not_tell_the_link_tell_its_changes() {
        let mut story = Story::new();
        story.at(0.0).stimulus("network", "link", json!({ "loss": 0.05 }));
        story.at(1.0).action("telemetry.send", json!({})).outcome("telemetry.send", false, json!({}));
        story.expect("NET-LOSS-01", Verdict::Fail);
    }

    #[test]
    fn a_good_link_and_one_that_nothing_was_asked_over_are_inconclusive() {
        let mut story = Story::new();
        loses(&mut story, 0.0);
        story.at(1.0).session(false);
        story.expect("NET-LOSS-01", Verdict::Inconclusive);
        loses(&mut story, 0.05);
        story.expect("NET-LOSS-01", Verdict::Inconclusive);
    }
}
