//! DPS-POLL-02: the device waits as long as DPS asks, and not much longer.

use std::time::Duration;

use crate::view::Connection;
use crate::{Check, Finding, Tally, View};

pub(crate) const CHECK: Check = Check { id: "DPS-POLL-02", always: true, judge };

/// DPS counts five polls in ten seconds ("DPS quotas and limits").
const LEAST: Duration = Duration::from_secs(2);

fn judge(view: &View<'_>) -> Finding {
    let mut tally = Tally::default();
    for connection in view.connections_to("dps") {
        judge_connection(view, connection, &mut tally);
    }
    tally.finish(
        "the device waited as long as it was asked to",
        "the device did not wait as long as it was asked to",
        "the device was not asked to wait",
    )
}

fn judge_connection(view: &View<'_>, connection: &Connection<'_>, tally: &mut Tally) {
    let slack = view.duration("poll_slack");
    let requests = connection.dps_requests();
    for pair in requests.windows(2) {
        let Some(answer) = &pair[0].answer else { continue };
        if !answer.is_assigning() && !answer.is_busy() {
            continue;
        }
        // A busy service that names no time is judged by DPS-ERR-02.
        if answer.is_busy() && answer.response.retry_after.is_none() {
            continue;
        }
        let asked = answer.response.retry_after.map_or(LEAST, |secs| Duration::from_secs(secs.into()));
        let waited = pair[1].at.since(answer.at);
        let text = format!("waited {:.1} s, asked for {} s", waited.as_secs_f64(), asked.as_secs());
        // A device that was told to slow down may wait for longer.
        let late = answer.is_assigning()
            && waited > asked.max(LEAST) + slack
            && !view.cut_off(connection, answer.at.time, pair[1].at.time);
        if waited < asked || late {
            tally.bad(pair[1].at, text);
        } else {
            tally.good(pair[1].at, text);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::exchange::tests::{assigned, assigning, busy, polls, registers};
    use crate::Verdict;
    use crate::testing::{Story, dps_connect};

    fn waits(asked: Option<u32>, seconds: f64) -> Story {
        let mut story = Story::new();
        let conn = story.at(1.0).session_with("dps", dps_connect(), false);
        registers(&mut story, conn, "1");
        assigning(&mut story, conn, "1", asked);
        story.at(1.0 + seconds);
        polls(&mut story, conn, "2", "4.op");
        story
    }

    #[test]
    fn the_limits_come_in_pairs() {
        waits(Some(10), 9.9).expect("DPS-POLL-02", Verdict::Fail);
        waits(Some(10), 10.0).expect("DPS-POLL-02", Verdict::Pass);
        waits(Some(10), 15.0).expect("DPS-POLL-02", Verdict::Pass);
        waits(Some(10), 15.1).expect("DPS-POLL-02", Verdict::Fail);
        waits(None, 1.9).expect("DPS-POLL-02", Verdict::Fail);
        waits(None, 2.0).expect("DPS-POLL-02", Verdict::Pass);
    }

    #[test]
    fn after_429_a_longer_wait_is_in_order() {
        for (seconds, verdict) in [(19.9, Verdict::Fail), (45.0, Verdict::Pass)] {
            let mut story = Story::new();
            let conn = story.at(1.0).session_with("dps", dps_connect(), false);
            registers(&mut story, conn, "1");
            busy(&mut story, conn, "1", Some(20));
            story.at(1.0 + seconds);
            registers(&mut story, conn, "2");
            story.expect("DPS-POLL-02", verdict);
        }
    }

    #[test]
    fn a_registration_at_once_and_one_that_is_never_asked_for_are_inconclusive() {
        let mut story = Story::new();
        let conn = story.at(1.0).session_with("dps", dps_connect(), false);
        registers(&mut story, conn, "1");
        assigned(&mut story, conn, "1", 200);
        story.expect("DPS-POLL-02", Verdict::Inconclusive);
        let mut story = Story::new();
        let conn = story.at(1.0).session_with("dps", dps_connect(), false);
        registers(&mut story, conn, "1");
        assigning(&mut story, conn, "1", Some(3));
        story.expect("DPS-POLL-02", Verdict::Inconclusive);
    }
}
