//! RES-LEAK-01: connecting and disconnecting costs no heap.

use super::leak::{Leak, leaks, least, starved};
use crate::view::At;
use crate::{Check, Finding, Tally, View};

pub(crate) const CHECK: Check = Check { id: "RES-LEAK-01", always: false, judge };

fn judge(view: &View<'_>) -> Finding {
    let ends: Vec<At> = view
        .connections_to("hub")
        .filter_map(|connection| connection.closed.map(|closed| closed.at))
        .collect();
    let mut tally = Tally::default();
    let least = least(view, "n");
    for Leak { from, to, count, lost, heap, point } in leaks(view, &ends, least) {
        let each = lost / count as f64;
        let text = format!("{each:.1} B of {heap} heap at point {point} for each of {count} connections");
        if each > view.number("leak_tol") {
            tally.bad(to, format!("{text} since {}", from.time));
        } else {
            tally.good(to, text);
        }
    }
    if let Some((at, text)) = starved(view) {
        tally.bad(at, text);
    }
    tally.finish(
        "connections cost no heap",
        "connections cost heap",
        "the device did not tell its heap before and after enough connections",
    )
}

#[cfg(test)]
mod tests {
    use nanorig_trace::event::{DeviceEvent, Resources};

    use crate::Verdict;
    use crate::testing::Story;

    /// 200 connections that cost so many bytes each.
    fn costs(each: u64, managed: u64) -> Story {
        let mut story = Story::new();
        story.parameter("n", 200);
        let sample = |story: &mut Story, cycles: u64| {
            let resources = Resources {
                native_used: 40_000 + each * cycles,
                native_limit: 200_000,
                managed_used: 10_000 + managed * cycles,
                managed_limit: 100_000,
                ..Resources::default()
            };
            story.sample("application", resources);
        };
        sample(&mut story, 0);
        for number in 0..200_u32 {
            let conn = story.at(1.0 + f64::from(number)).open("hub");
            story.cut(conn);
        }
        sample(&mut story, 200);
        story
    }

    #[test]
    fn the_limits_come_in_pairs() {
        costs(32, 0).expect("RES-LEAK-01", Verdict::Pass);
        costs(33, 0).expect("RES-LEAK-01", Verdict::Fail);
        costs(0, 33).expect("RES-LEAK-01", Verdict::Fail);
    }

    /// A session, and a heap that has no room for another one at these times.
    fn runs_out(at: &[f64]) -> Story {
        let mut story = Story::new();
        let conn = story.at(1.0).session(false);
        story.at(2.0).leaves(conn);
        for second in at {
            let (budget, what) = ("native-heap".into(), "tls-handshake".into());
            story.at(*second).event(DeviceEvent::BudgetExceeded { budget, what, wanted: 2_048, left: 1_856 });
        }
        story
    }

    #[test]
    fn running_out_for_longer_than_a_stack_keeps_old_connections_fails() {
        runs_out(&[3.0, 242.1]).expect("RES-LEAK-01", Verdict::Fail);
        runs_out(&[3.0, 242.0]).expect("RES-LEAK-01", Verdict::Inconclusive);
    }

    #[test]
    fn what_comes_back_for_another_session_was_not_lost() {
        let mut story = runs_out(&[3.0, 300.0]);
        story.at(310.0).session(false);
        story.expect("RES-LEAK-01", Verdict::Inconclusive);
    }

    #[test]
    fn too_few_connections_are_inconclusive() {
        let mut story = costs(0, 0);
        story.parameter("n", 201);
        story.expect("RES-LEAK-01", Verdict::Inconclusive);
    }

    #[test]
    fn a_start_between_the_samples_is_inconclusive() {
        let mut story = costs(0, 0);
        story.boot("reset");
        story.expect("RES-LEAK-01", Verdict::Inconclusive);
    }
}
