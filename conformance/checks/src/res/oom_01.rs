//! RES-OOM-01: the device recovers when something does not fit.

use std::time::Duration;

use nanorig_trace::event::DeviceEvent;

use crate::view::At;
use crate::{Check, Finding, Tally, View};

pub(crate) const CHECK: Check = Check { id: "RES-OOM-01", always: false, judge };

/// One restart may help, a second one means that it does not.
const RESTARTS: usize = 1;
/// The device works again by then.
const RECOVERS_WITHIN: Duration = Duration::from_secs(600);

fn judge(view: &View<'_>) -> Finding {
    let mut tally = Tally::default();
    let exceeded: Vec<(At, &str, &str)> = view
        .device_events()
        .filter_map(|(at, event)| match event {
            DeviceEvent::BudgetExceeded { budget, what, .. } => Some((at, budget.as_str(), what.as_str())),
            _ => None,
        })
        .collect();
    if let (Some((first, ..)), Some((last, budget, what))) = (exceeded.first(), exceeded.last()) {
        let why = format!("{what} did not fit ({budget})");
        let restarts = restarts(view, *first);
        if restarts > RESTARTS {
            tally.bad(*first, format!("{why}, and the device restarted {restarts} times"));
        } else {
            // The last one is what the device has to recover from.
            judge_recovery(view, *last, &why, &mut tally);
        }
    }
    tally.finish(
        "the device worked on after something did not fit",
        "the device did not recover from something that did not fit",
        "everything fitted",
    )
}

/// How often the device started after `at` without being told to.
fn restarts(view: &View<'_>, at: At) -> usize {
    let mut before = at;
    let mut count = 0;
    for boot in view.boots().iter().filter(|boot| boot.at > at) {
        let told = view.last_told(&["boot", "reset", "sleep"], boot.at);
        count += usize::from(told.is_none_or(|call| call.at < before));
        before = boot.at;
    }
    count
}

fn judge_recovery(view: &View<'_>, at: At, why: &str, tally: &mut Tally) {
    let end = view.end();
    let stopped =
        view.device_events().find(|(when, event)| *when > at && matches!(event, DeviceEvent::Fault { .. }));
    if let Some((when, _)) = stopped.filter(|_| restarts(view, at) == 0) {
        return tally.bad(when, format!("{why}, and the application stopped"));
    }
    match works_again(view, at) {
        Some(when) => tally.good(when, format!("{why}, and the hub hears from the device again")),
        None if end.since(at) > RECOVERS_WITHIN => tally.bad(at, format!("{why}, and the hub heard no more")),
        None => {}
    }
}

/// A message that the hub acknowledged, or a new session.
fn works_again(view: &View<'_>, at: At) -> Option<At> {
    let heard = view.connections_to("hub").filter_map(|connection| {
        let published = connection.published().find(|(sent, _)| *sent > at)?;
        connection
            .pubacks_received()
            .find(|(when, id)| *when > published.0 && Some(*id) == published.1.id)
            .map(|(when, _)| when)
    });
    let back = view.next_accepted("hub", at).and_then(|connection| connection.accepted());
    heard.chain(back).min()
}

#[cfg(test)]
mod tests {
    use nanorig_trace::event::{ConnId, DeviceEvent};

    use crate::Verdict;
    use crate::testing::Story;

    fn exceeded() -> (Story, ConnId) {
        let mut story = Story::new();
        let conn = story.at(1.0).session(false);
        exceeds(story.at(10.0));
        (story, conn)
    }

    fn exceeds(story: &mut Story) {
        let (budget, what) = ("native-heap".into(), "TLS context".into());
        story.event(DeviceEvent::BudgetExceeded { budget, what, wanted: 32_000, left: 9_000 });
    }

    #[test]
    fn working_on_or_coming_back_passes() {
        let (mut story, conn) = exceeded();
        story.at(11.0).telemetry(conn, 1, "{}").puback(conn, 1);
        story.expect("RES-OOM-01", Verdict::Pass);
        let (mut story, conn) = exceeded();
        story.cut(conn).at(20.0).boot("software").at(30.0).session(true);
        story.expect("RES-OOM-01", Verdict::Pass);
    }

    #[test]
    fn stopping_restarting_for_ever_and_silence_fail() {
        let (mut story, _) = exceeded();
        story.event(DeviceEvent::Fault { message: "OutOfMemoryException".into() });
        story.expect("RES-OOM-01", Verdict::Fail);
        let (mut story, _) = exceeded();
        story.at(20.0).boot("watchdog").at(30.0).boot("watchdog").at(40.0).session(true);
        story.expect("RES-OOM-01", Verdict::Fail);
        let (mut story, _) = exceeded();
        story.at(611.0).hub_status("Failed", "out-of-resources");
        story.expect("RES-OOM-01", Verdict::Fail);
    }

    #[test]
    fn a_restart_for_each_exhaustion_fails() {
        let (mut story, _) = exceeded();
        exceeds(story.at(20.0).boot("software").at(30.0));
        story.at(40.0).boot("software").at(50.0).session(true);
        story.expect("RES-OOM-01", Verdict::Fail);
    }

    #[test]
    fn a_run_that_ends_at_once_is_inconclusive() {
        exceeded().0.expect("RES-OOM-01", Verdict::Inconclusive);
    }

    #[test]
    fn a_heap_that_suffices_is_inconclusive() {
        let mut story = Story::new();
        story.at(1.0).session(false);
        story.expect("RES-OOM-01", Verdict::Inconclusive);
    }
}
