//! NET-LOSS-01: the device works over a link that loses frames, and recovers from one that loses many.

use std::time::Duration;

use nanorig_trace::event::NetworkEvent;

use crate::view::At;
use crate::{Check, Finding, Tally, View};

pub(crate) const CHECK: Check = Check { id: "NET-LOSS-01", always: false, judge };

/// Up to this share the device has to do its work.
const WORKS_AT: f64 = 0.10;
/// After worse times it works again by then.
const RECOVERS_WITHIN: Duration = Duration::from_secs(900);

fn judge(view: &View<'_>) -> Finding {
    let lost: u64 = view
        .network_events()
        .filter_map(|(_, event)| match event {
            NetworkEvent::Loss { frames } => Some(*frames),
            _ => None,
        })
        .sum();
    let changes: Vec<(At, f64)> = view
        .calls_named("link")
        .filter_map(|call| Some((call.at, call.args.get("loss")?.as_f64()?)))
        .collect();
    if lost == 0 && changes.iter().all(|(_, share)| *share <= 0.0) {
        return Finding::inconclusive("the link lost no frames");
    }
    let mut tally = Tally::default();
    if let Some((at, crash)) =
        view.crash_between(At { record: 0, time: nanorig_trace::Time::ZERO }, view.end().time)
    {
        tally.bad(at, crash);
    }
    let heavy = changes.iter().any(|(_, share)| *share > WORKS_AT);
    let eased = changes.last().filter(|(_, share)| heavy && *share <= WORKS_AT);
    match eased {
        Some((at, _)) => judge_recovery(view, *at, &mut tally),
        None if !heavy => judge_work(view, lost, &mut tally),
        None => {}
    }
    tally.finish(
        "the device did its work over the lossy link",
        "the device did not do its work over the lossy link",
        "the link did not get better before the run ended",
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

/// Everything that the device is told to do succeeds.
fn judge_work(view: &View<'_>, lost: u64, tally: &mut Tally) {
    for call in view.calls().iter().filter(|call| call.hand == "device") {
        match call.outcome {
            Some((at, true, _)) => {
                tally.good(at, format!("{} succeeded, with {lost} frames lost", call.name))
            }
            Some((at, false, fields)) => tally.bad(at, format!("{} failed: {fields}", call.name)),
            None => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use nanorig_trace::event::NetworkEvent;
    use serde_json::json;

    use crate::Verdict;
    use crate::testing::Story;

    fn light(ok: bool) -> Story {
        let mut story = Story::new();
        story.event(NetworkEvent::Loss { frames: 12 }).at(1.0).action("telemetry.send", json!({}));
        story.at(2.0).outcome("telemetry.send", ok, json!({}));
        story
    }

    #[test]
    fn light_loss_must_not_matter() {
        light(true).expect("NET-LOSS-01", Verdict::Pass);
        light(false).expect("NET-LOSS-01", Verdict::Fail);
        let mut story = light(true);
        story.boot("watchdog");
        story.expect("NET-LOSS-01", Verdict::Fail);
    }

    #[test]
    fn after_heavy_loss_it_works_again() {
        for (second, verdict) in [(4_499.0, Verdict::Pass), (4_501.0, Verdict::Fail)] {
            let mut story = Story::new();
            story.at(0.0).stimulus("network", "link", json!({ "loss": 0.3 }));
            story.at(3_600.0).stimulus("network", "link", json!({ "loss": 0.0 }));
            let conn = story.at(second).session(true);
            story.telemetry(conn, 1, "{}").puback(conn, 1);
            story.expect("NET-LOSS-01", verdict);
        }
    }

    #[test]
    fn a_good_link_is_inconclusive() {
        let mut story = Story::new();
        story.at(1.0).session(false);
        story.expect("NET-LOSS-01", Verdict::Inconclusive);
    }
}
