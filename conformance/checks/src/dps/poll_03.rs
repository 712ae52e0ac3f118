//! DPS-POLL-03: a registration that never ends is given up, and started again later.

use std::time::Duration;

use super::exchange::{Asked, requests};
use crate::{Check, Finding, Tally, View};

pub(crate) const CHECK: Check = Check { id: "DPS-POLL-03", always: false, judge };

/// The last poll may have been on its way.
const SLACK: Duration = Duration::from_secs(15);
/// Starting again sooner is a tight loop.
const LEAST_PAUSE: Duration = Duration::from_secs(1);
/// A device that is on its own has registered again by then.
const RETURNS_WITHIN: Duration = Duration::from_secs(3_600);

fn judge(view: &View<'_>) -> Finding {
    let budget = view.duration("dps_budget");
    let mut tally = Tally::default();
    let requests = requests(view);
    let starts: Vec<usize> = (0..requests.len()).filter(|&index| requests[index].is_register).collect();
    for (number, &start) in starts.iter().enumerate() {
        let end = starts.get(number + 1).copied().unwrap_or(requests.len());
        let next = starts.get(number + 1).map(|&next| &requests[next]);
        judge_registration(view, budget, &requests[start..end], next, &mut tally);
    }
    tally.finish(
        "a registration without end was given up and started again later",
        "a registration without end was not given up as it should be",
        "no registration went on for as long as it may and was followed by another one",
    )
}

fn judge_registration(
    view: &View<'_>,
    budget: Duration,
    requests: &[Asked],
    next: Option<&Asked>,
    tally: &mut Tally,
) {
    let (Some(first), Some(last)) = (requests.first(), requests.last()) else { return };
    let open = last.answer.as_ref().is_none_or(|answer| answer.is_assigning());
    let spent = last.at.since(first.at);
    if spent > budget + SLACK {
        return tally
            .bad(last.at, format!("still polling {:.0} s after the registration", spent.as_secs_f64()));
    }
    if !open || requests.len() < 3 {
        return;
    }
    let text = format!("given up after {:.0} s", spent.as_secs_f64());
    match next {
        // What the operator asks for is not the device's own return.
        Some(next) if view.told_between(last.at, next.at) => {}
        Some(next) if next.at.since(last.at) < LEAST_PAUSE => {
            tally.bad(next.at, format!("registers again {:?} after the last poll", next.at.since(last.at)));
        }
        Some(next) if spent >= budget.mul_f64(0.5) => {
            tally.good(next.at, format!("{text} and registered again later"));
        }
        None if !was_single(view, first) && view.end().since(last.at) > RETURNS_WITHIN => {
            tally.bad(last.at, format!("{text} and never registered again"));
        }
        _ => {}
    }
}

/// True when the operator asked for this one registration and was told how it ended: nobody wants another one.
fn was_single(view: &View<'_>, first: &Asked) -> bool {
    let told = view.last_told(&["dps.register", "hub.open", "hub.start", "boot", "reset"], first.at);
    told.is_some_and(|call| call.name == "dps.register")
}

#[cfg(test)]
mod tests {
    use super::super::exchange::tests::{assigning, polls, registers};
    use crate::Verdict;
    use crate::testing::{Story, dps_connect};
    use nanorig_trace::event::ConnId;
    use serde_json::json;

    /// Polls each 10 s from second 0 on, up to `second`.
    fn polled_until(second: u32) -> (Story, ConnId) {
        let mut story = Story::new();
        let conn = poll(&mut story, second);
        (story, conn)
    }

    fn poll(story: &mut Story, second: u32) -> ConnId {
        let conn = story.at(0.0).session_with("dps", dps_connect(), false);
        registers(story, conn, "0");
        assigning(story, conn, "0", Some(10));
        for number in 1..=second / 10 {
            let rid = number.to_string();
            story.at(f64::from(number) * 10.0);
            polls(story, conn, &rid, "4.op");
            assigning(story, conn, &rid, Some(10));
        }
        conn
    }

    #[test]
    fn giving_up_in_time_passes_and_later_fails() {
        for (second, verdict) in [(310, Verdict::Pass), (320, Verdict::Fail)] {
            let (mut story, conn) = polled_until(second);
            story.at(500.0);
            registers(&mut story, conn, "100");
            story.expect("DPS-POLL-03", verdict);
        }
    }

    #[test]
    fn never_registering_again_fails() {
        for (second, verdict) in [(3_909.0, Verdict::Inconclusive), (3_911.0, Verdict::Fail)] {
            let (mut story, _) = polled_until(310);
            story.at(second).hub_status("Disconnected", "timeout");
            story.expect("DPS-POLL-03", verdict);
        }
    }

    #[test]
    fn one_registration_that_was_asked_for_shows_no_return() {
        let mut story = Story::new();
        story.action("dps.register", json!({}));
        poll(&mut story, 310);
        story.at(9_000.0).hub_status("Disconnected", "timeout");
        story.expect("DPS-POLL-03", Verdict::Inconclusive);
        let (mut story, conn) = polled_until(310);
        story.at(400.0).action("hub.start", json!({})).at(401.0);
        registers(&mut story, conn, "100");
        story.expect("DPS-POLL-03", Verdict::Inconclusive);
    }

    #[test]
    fn starting_again_at_once_fails() {
        for (pause, verdict) in [(0.9, Verdict::Fail), (30.0, Verdict::Pass)] {
            let (mut story, conn) = polled_until(300);
            story.at(300.0 + pause);
            registers(&mut story, conn, "100");
            story.expect("DPS-POLL-03", verdict);
        }
    }

    #[test]
    fn a_run_that_ends_before_is_inconclusive() {
        polled_until(200).0.expect("DPS-POLL-03", Verdict::Inconclusive);
    }
}
