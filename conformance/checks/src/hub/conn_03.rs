//! HUB-CONN-03: a device whose identity is taken does not fight for it.

use std::time::Duration;

use nanorig_trace::event::CloudEvent;

use crate::view::At;
use crate::{Check, Finding, Tally, View};

pub(crate) const CHECK: Check = Check { id: "HUB-CONN-03", always: true, judge };

const MINUTE: Duration = Duration::from_secs(60);

fn judge(view: &View<'_>) -> Finding {
    let most = view.number("takeover_max");
    let taken: Vec<At> = view
        .cloud_events()
        .filter(|(_, event)| matches!(event, CloudEvent::Disconnected { cause, .. } if cause == "taken-over"))
        .map(|(at, _)| at)
        .collect();
    let mut tally = Tally::default();
    let Some(&first) = taken.first() else {
        return Finding::inconclusive("nobody took the identity");
    };
    let attempts: Vec<At> =
        view.attempts("hub").iter().map(|attempt| attempt.at).filter(|at| *at > first).collect();
    let worst = attempts.iter().map(|start| {
        (attempts.iter().filter(|at| **at >= *start && at.since(*start) < MINUTE).count(), *start)
    });
    match worst.max_by_key(|(count, _)| *count) {
        Some((count, start)) if count as f64 >= most => {
            tally.bad(
                start,
                format!("{count} attempts within a minute from here, fewer than {most} are allowed"),
            );
        }
        Some((count, start)) => {
            tally.good(
                start,
                format!("at most {count} attempts in a minute after {} losses of the identity", taken.len()),
            );
        }
        // It never came back at all while there was time.
        None if view.end().since(first) > MINUTE => tally.good(first, "the identity was left to the other"),
        None => {}
    }
    tally.finish(
        "the device backed off from whoever took its identity",
        "the device fought for its identity",
        "the run ended too soon after the identity was taken",
    )
}

#[cfg(test)]
mod tests {
    use crate::Verdict;
    use crate::testing::Story;

    fn fights(seconds: &[f64]) -> Story {
        let mut story = Story::new();
        let conn = story.at(1.0).session(false);
        story.at(10.0).disconnected(conn, "taken-over").cut(conn);
        for second in seconds {
            let conn = story.at(*second).session(true);
            story.disconnected(conn, "taken-over").cut(conn);
        }
        story
    }

    #[test]
    fn four_attempts_a_minute_pass_and_five_fail() {
        fights(&[12.0, 20.0, 40.0, 71.0, 72.1]).expect("HUB-CONN-03", Verdict::Pass);
        fights(&[12.0, 20.0, 40.0, 60.0, 71.9]).expect("HUB-CONN-03", Verdict::Fail);
    }

    #[test]
    fn a_device_alone_is_inconclusive() {
        let mut story = Story::new();
        story.at(1.0).session(false);
        story.expect("HUB-CONN-03", Verdict::Inconclusive);
    }
}
