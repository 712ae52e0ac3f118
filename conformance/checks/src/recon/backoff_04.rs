//! RECON-BACKOFF-04: delays are capped, so that the device is back soon after an outage.

use nanorig_trace::Time;

use crate::view::At;
use crate::{Check, Finding, Tally, View};

pub(crate) const CHECK: Check = Check { id: "RECON-BACKOFF-04", always: false, judge };

fn judge(view: &View<'_>) -> Finding {
    let mut tally = Tally::default();
    for (from, until) in outages(view) {
        judge_outage(view, from, until, &mut tally);
    }
    tally.finish(
        "the device tried again soon after each outage",
        "the device tried again too late after an outage",
        "no outage ended before the run did",
    )
}

/// When the hub could not be reached and could again.
pub(super) fn outages(view: &View<'_>) -> Vec<(At, Time)> {
    let by_link = view.partitions().into_iter().filter_map(|(from, until)| Some((from, until?)));
    let by_hub = view.calls_named("hub.restart").map(|call| {
        (call.at, call.at.time + call.span("down").unwrap_or(std::time::Duration::from_secs(30)))
    });
    let by_order =
        view.calls().iter().filter(|call| call.hand == "cloud").filter_map(|call| match call.name {
            "hub.condition" | "refuse-tcp" | "refuse-connack" | "withhold-connack" => {
                Some((call.at, call.at.time + call.span("for")?))
            }
            _ => None,
        });
    by_link.chain(by_hub).chain(by_order).collect()
}

fn judge_outage(view: &View<'_>, from: At, until: Time, tally: &mut Tally) {
    let cap = view.duration("cap");
    // A session that outlives the outage needs no attempt.
    let survived = view.connections_to("hub").any(|connection| {
        connection.is_live(from) && connection.closed.is_none_or(|closed| closed.at.time > until + cap)
    });
    if survived || until > view.end().time {
        return;
    }
    let attempts = view.attempts("hub");
    let next = attempts.iter().find(|attempt| attempt.at.time >= until).map(|attempt| attempt.at);
    // An attempt that was under way may succeed by itself.
    let under_way = attempts
        .iter()
        .find(|attempt| attempt.at.time < until && attempt.accepted().is_some_and(|at| at.time >= until));
    match next.or(under_way.and_then(|attempt| attempt.accepted())) {
        Some(at) if at.time.since(until) <= cap => {
            tally.good(
                at,
                format!("tries again {:.1} s after the outage", at.time.since(until).as_secs_f64()),
            );
        }
        Some(at) => tally.bad(
            at,
            format!("tries again only {:.0} s after the outage", at.time.since(until).as_secs_f64()),
        ),
        None if view.end().time.since(until) > cap => {
            tally.bad(from, format!("no attempt within {} s after this outage", cap.as_secs()));
        }
        None => {}
    }
}

#[cfg(test)]
mod tests {
    use crate::Verdict;
    use crate::testing::Story;
    use serde_json::json;

    /// An outage of two hours from second 100 on.
    fn comes_back(second: f64) -> Story {
        let mut story = Story::new();
        let conn = story.at(1.0).session(false);
        story.at(100.0).stimulus("cloud", "hub.restart", json!({ "down": 7_200_000_000_u64 })).cut(conn);
        story.at(second).session(false);
        story
    }

    #[test]
    fn the_limits_come_in_pairs() {
        comes_back(7_899.0).expect("RECON-BACKOFF-04", Verdict::Pass);
        comes_back(7_901.0).expect("RECON-BACKOFF-04", Verdict::Fail);
    }

    #[test]
    fn staying_away_fails() {
        let mut story = Story::new();
        let conn = story.at(1.0).session(false);
        story.at(100.0).stimulus("network", "partition", json!({ "for": 60_000_000_u64 }));
        story.at(200.0).cut(conn).at(761.0).hub_status("Disconnected", "network");
        story.expect("RECON-BACKOFF-04", Verdict::Fail);
    }

    #[test]
    fn a_run_without_outage_is_inconclusive() {
        let mut story = Story::new();
        story.at(1.0).session(false);
        story.expect("RECON-BACKOFF-04", Verdict::Inconclusive);
    }
}
