//! RECON-LONG-01: the device comes back after the server was away for 30 to 120 minutes.

use std::time::Duration;

use nanorig_trace::Time;

use super::backoff_04::outages;
use crate::res::regained;
use crate::view::{At, Connection};
use crate::{Check, Finding, Tally, View};

pub(crate) const CHECK: Check = Check { id: "RECON-LONG-01", always: false, judge };

const SHORTEST: Duration = Duration::from_secs(30 * 60);
const LONGEST: Duration = Duration::from_secs(120 * 60);
/// An attempt takes as long, beyond the delay before it.
const ATTEMPT: Duration = Duration::from_secs(60);

fn judge(view: &View<'_>) -> Finding {
    let mut tally = Tally::default();
    let outages = outages(view);
    for (from, until) in &outages {
        let next = outages.iter().map(|(next, _)| next.time).filter(|next| next > until).min();
        if (SHORTEST..=LONGEST).contains(&until.since(from.time)) {
            judge_absence(view, *from, *until, next, &mut tally);
        }
    }
    tally.finish(
        "the device came back after the server had been away for long",
        "the device did not come back as it should after the server had been away for long",
        "no server that the device was connected to was away for 30 to 120 minutes and came back",
    )
}

/// Judges one absence; `next` is when the server goes away again.
fn judge_absence(view: &View<'_>, from: At, until: Time, next: Option<Time>, tally: &mut Tally) {
    let Some(closed) = lost_session(view, from, until) else { return };
    let back = view.next_accepted("hub", closed).and_then(Connection::accepted);
    let deadline = until + view.duration("cap") + ATTEMPT;
    if view.told_between(from, back.unwrap_or(view.end())) || back.is_some_and(|back| back.time < until) {
        return;
    }
    let last = back.map_or(deadline, |back| back.time.min(deadline));
    if let Some((crashed, how)) = view.crash_between(from, last) {
        return tally.bad(crashed, format!("{how}, while the server was away"));
    }
    match back {
        Some(back) if back.time <= deadline => {
            let after = back.time.since(until).as_secs_f64();
            tally.good(back, format!("connected {after:.1} s after the server came back"));
            regained::judge(view, "hub", from, back, tally);
        }
        _ if next.is_some_and(|next| next <= deadline) => {}
        Some(back) => {
            let after = back.time.since(until).as_secs_f64();
            tally.bad(back, format!("connected only {after:.0} s after the server came back"));
        }
        None if view.end().time > deadline => {
            tally.bad(
                from,
                format!("not connected {} s after the server came back", deadline.since(until).as_secs()),
            );
        }
        None => {}
    }
}

/// The end of the session that the absence took.
fn lost_session(view: &View<'_>, from: At, until: Time) -> Option<At> {
    let session = view.connections_to("hub").rfind(|connection| connection.is_live(from))?;
    let closed = session.closed.filter(|closed| closed.at.time < until)?;
    (session.disconnect().is_none()).then_some(closed.at)
}

#[cfg(test)]
mod tests {
    use nanorig_trace::event::Resources;
    use serde_json::json;

    use crate::Verdict;
    use crate::testing::Story;

    fn heap(used: u64) -> Resources {
        Resources { native_used: used, native_limit: 100_000, ..Resources::default() }
    }

    /// The hub goes away at second 100 for this long.
    fn away(minutes: f64) -> Story {
        let mut story = Story::new();
        let conn = story.at(1.0).session(false);
        story.at(50.0).sample("sample", heap(40_000));
        let down = std::time::Duration::from_secs_f64(minutes * 60.0).as_micros();
        let down = u64::try_from(down).expect("it is hours");
        story.at(100.0).stimulus("cloud", "hub.restart", json!({ "down": down })).cut(conn);
        story
    }

    fn comes_back(minutes: f64, second: f64) -> Story {
        let mut story = away(minutes);
        story.at(second).session(false);
        story
    }

    #[test]
    fn the_limits_come_in_pairs() {
        comes_back(30.0, 2_560.0).expect("RECON-LONG-01", Verdict::Pass);
        comes_back(30.0, 2_560.1).expect("RECON-LONG-01", Verdict::Fail);
        comes_back(120.0, 7_960.0).expect("RECON-LONG-01", Verdict::Pass);
        comes_back(29.9, 1_895.0).expect("RECON-LONG-01", Verdict::Inconclusive);
        comes_back(120.1, 7_307.0).expect("RECON-LONG-01", Verdict::Inconclusive);
    }

    #[test]
    fn staying_away_fails_once_there_was_time() {
        for (second, verdict) in [(2_560.0, Verdict::Inconclusive), (2_560.1, Verdict::Fail)] {
            let mut story = away(30.0);
            story.at(second).hub_status("Disconnected", "network");
            story.expect("RECON-LONG-01", verdict);
        }
    }

    #[test]
    fn a_restart_of_its_own_fails() {
        let mut story = away(30.0);
        story.at(1_000.0).boot("watchdog").at(1_950.0).session(false);
        story.expect("RECON-LONG-01", Verdict::Fail);
    }

    #[test]
    fn the_heap_comes_back_to_where_it_was() {
        for (used, verdict) in [(44_096, Verdict::Pass), (44_097, Verdict::Fail)] {
            let mut story = comes_back(60.0, 3_800.0);
            story.at(3_810.0).sample("sample", heap(used));
            story.expect("RECON-LONG-01", verdict);
        }
    }

    #[test]
    fn a_device_that_is_told_what_to_do_is_not_judged() {
        for call in ["hub.open", "hub.close", "reset"] {
            let mut story = away(30.0);
            story.at(1_000.0).action(call, json!({})).at(3_000.0).session(false);
            story.expect("RECON-LONG-01", Verdict::Inconclusive);
        }
    }

    #[test]
    fn a_server_that_goes_away_again_at_once_is_inconclusive() {
        let mut story = away(30.0);
        story.at(1_950.0).stimulus("cloud", "hub.restart", json!({ "down": 600_000_000_u64 }));
        story.at(4_000.0).session(false);
        story.expect("RECON-LONG-01", Verdict::Inconclusive);
    }

    #[test]
    fn without_a_session_to_lose_it_is_inconclusive() {
        let mut story = Story::new();
        story.at(100.0).stimulus("cloud", "hub.restart", json!({ "down": 3_600_000_000_u64 }));
        story.at(9_000.0).hub_status("Disconnected", "network");
        story.expect("RECON-LONG-01", Verdict::Inconclusive);
    }
}
