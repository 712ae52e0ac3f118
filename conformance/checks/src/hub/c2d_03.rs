//! HUB-C2D-03: messages that were stored while the device was away are all taken, in order.

use std::time::Duration;

use nanorig_trace::event::CloudEvent;

use crate::view::{At, Connection};
use crate::{Check, Finding, Tally, View};

pub(crate) const CHECK: Check = Check { id: "HUB-C2D-03", always: false, judge };

/// A queue of 50 messages is through by then.
const TAKEN_WITHIN: Duration = Duration::from_secs(120);

fn judge(view: &View<'_>) -> Finding {
    let mut tally = Tally::default();
    let stored: Vec<(At, &str)> = view
        .cloud_events()
        .filter_map(|(at, event)| match event {
            CloudEvent::C2d { id, state, .. } if state == "enqueued" => Some((at, id.as_str())),
            _ => None,
        })
        .filter(|(at, _)| !view.is_reachable(*at))
        .collect();
    let Some((last, _)) = stored.last() else {
        return Finding::inconclusive("no message was stored while the device was away");
    };
    let Some(back) = view.next_accepted("hub", *last) else {
        return Finding::inconclusive("the device did not come back after messages were stored");
    };
    judge_return(view, back, &stored, &mut tally);
    tally.finish(
        "all stored messages were taken in order",
        "stored messages were lost or came out of order",
        "the run ended before the stored messages could be taken",
    )
}

fn judge_return(view: &View<'_>, back: &Connection<'_>, stored: &[(At, &str)], tally: &mut Tally) {
    let Some(resumed) = back.accepted() else { return };
    let deadline = resumed.time + TAKEN_WITHIN;
    if let Some((at, crash)) = view.crash_between(resumed, deadline) {
        return tally.bad(at, crash);
    }
    let states = |id: &str| -> Vec<(At, &str)> {
        let of = view.cloud_events().filter_map(|(at, event)| match event {
            CloudEvent::C2d { id: other, state, .. } if other == id => Some((at, state.as_str())),
            _ => None,
        });
        of.collect()
    };
    let mut previous: Option<At> = None;
    for (enqueued, id) in stored {
        let states = states(id);
        let completed = states.iter().find(|(_, state)| *state == "completed").map(|(at, _)| *at);
        // A device that begins a clean session throws away what waits for it; the operator may, too.
        let purged = view.calls_named("c2d.purge").any(|call| call.at > *enqueued);
        let ended = states.iter().find(|(_, state)| matches!(*state, "expired" | "purged" | "dead-lettered"));
        let expired = ended.is_some_and(|(_, state)| *state == "expired" || (*state == "purged" && purged));
        let thrown = ended.filter(|_| !expired).map(|(at, _)| *at);
        match completed {
            Some(at) if previous.is_some_and(|previous| at < previous) => {
                tally.bad(at, format!("message {id} is acknowledged before an earlier one"));
            }
            Some(at) => tally.good(at, format!("message {id} was taken")),
            None if thrown.is_some() => {
                let at = thrown.unwrap_or(*enqueued);
                tally.bad(
                    at,
                    format!("message {id} was stored and is thrown away when the device comes back"),
                );
            }
            None if !expired
                && view.end().time > deadline.min(back.ended(view.end()).time + TAKEN_WITHIN) =>
            {
                tally.bad(*enqueued, format!("message {id} was stored here and never acknowledged"));
            }
            None => {}
        }
        previous = completed.or(previous);
    }
}

#[cfg(test)]
mod tests {
    use nanorig_trace::event::CloudEvent;

    use crate::Verdict;
    use crate::testing::Story;

    fn state(story: &mut Story, id: &str, state: &str) {
        story.event(CloudEvent::C2d {
            device: "nano-01".into(),
            id: id.into(),
            state: state.into(),
            deliveries: 1,
        });
    }

    fn taken(ids: &[&str]) -> Story {
        let mut story = Story::new();
        let conn = story.at(1.0).subscribed_session();
        story.at(5.0).leaves(conn).at(6.0);
        for id in ["a", "b", "c"] {
            state(&mut story, id, "enqueued");
        }
        story.at(10.0).session(true);
        story.at(11.0);
        for id in ids {
            state(&mut story, id, "completed");
        }
        story
    }

    #[test]
    fn all_in_order_passes() {
        taken(&["a", "b", "c"]).expect("HUB-C2D-03", Verdict::Pass);
    }

    #[test]
    fn another_order_a_loss_and_a_crash_fail() {
        taken(&["b", "a", "c"]).expect("HUB-C2D-03", Verdict::Fail);
        let mut story = taken(&["a", "b"]);
        story.at(131.0).hub_status("Connected", "ok");
        story.expect("HUB-C2D-03", Verdict::Fail);
        let mut story = taken(&["a", "b"]);
        story.at(12.0).boot("watchdog");
        story.expect("HUB-C2D-03", Verdict::Fail);
    }

    #[test]
    fn a_clean_session_that_purges_fails() {
        let mut story = taken(&["a", "b"]);
        state(&mut story, "c", "purged");
        story.expect("HUB-C2D-03", Verdict::Fail);
    }

    #[test]
    fn a_message_to_a_connected_device_is_inconclusive() {
        let mut story = Story::new();
        story.at(1.0).subscribed_session();
        state(&mut story, "a", "enqueued");
        story.expect("HUB-C2D-03", Verdict::Inconclusive);
    }
}
