//! PNP-PROP-06: what was changed while the device was away is acknowledged after it has read the twin.

use std::time::Duration;

use super::property::{ACKNOWLEDGED_WITHIN, Served, Wish, served};
use crate::view::{At, TwinOperation};
use crate::{Check, Finding, Tally, View};

pub(crate) const CHECK: Check = Check { id: "PNP-PROP-06", always: false, judge };

/// The device has read the twin by then.
const READS_WITHIN: Duration = Duration::from_secs(30);

fn judge(view: &View<'_>) -> Finding {
    let mut tally = Tally::default();
    for property in served(view) {
        let wishes = property.wishes(view);
        // Of several changes only the last one is there to be read.
        let missed = wishes.iter().enumerate().filter(|(_, wish)| !wish.delivered);
        let last = missed.filter(|(index, wish)| {
            wishes.get(index + 1).is_none_or(|next| back(view, wish.at).is_some_and(|at| next.at > at))
        });
        for (_, wish) in last {
            judge_missed(view, &property, wish, &mut tally);
        }
    }
    tally.finish(
        "missed changes were acknowledged",
        "a missed change was not acknowledged",
        "nothing was changed while the device was away, or it did not come back",
    )
}

/// When the device is there again.
fn back(view: &View<'_>, at: At) -> Option<At> {
    view.next_accepted("hub", at).and_then(|connection| connection.accepted())
}

fn judge_missed(view: &View<'_>, property: &Served<'_>, wish: &Wish<'_>, tally: &mut Tally) {
    let Some(connection) = view.next_accepted("hub", wish.at) else { return };
    let Some(accepted) = connection.accepted() else { return };
    let (path, version) = (property.path(), wish.version);
    let read = connection
        .twin_requests()
        .into_iter()
        .filter(|request| request.operation == TwinOperation::Get)
        .filter_map(|request| request.answer)
        .find(|answer| answer.desired_version() >= Some(version));
    let from = read.map_or(accepted, |answer| answer.at);
    let acks = property.acks(view);
    let own = acks.iter().find(|ack| ack.at > accepted && ack.version() >= Some(version));
    match own {
        Some(ack) if read.is_none_or(|answer| answer.at > ack.at) => {
            tally.bad(ack.at, format!("{path} of version {version} is acknowledged before it was read"));
        }
        Some(ack) if ack.at.since(from) > ACKNOWLEDGED_WITHIN => {
            tally.bad(ack.at, format!("{path} of version {version} is acknowledged late"));
        }
        Some(ack) => {
            tally.good(ack.at, format!("{path} of version {version} is acknowledged after the read"))
        }
        None if connection.lasts(from, ACKNOWLEDGED_WITHIN.max(READS_WITHIN), view.end()) => {
            tally.bad(from, format!("{path} of version {version} was missed and is not acknowledged"));
        }
        None => {}
    }
}

#[cfg(test)]
mod tests {
    use super::super::property::tests::{ack, report, serving, wish};
    use crate::Verdict;
    use crate::testing::Story;
    use nanorig_trace::event::ConnId;
    use serde_json::json;

    fn came_back() -> (Story, ConnId) {
        let (mut story, conn) = serving();
        story.at(10.0).leaves(conn).at(20.0);
        wish(&mut story, 4, json!(24), false);
        wish(&mut story, 5, json!(25), false);
        let conn = story.at(30.0).session(true);
        (story, conn)
    }

    #[test]
    fn acknowledging_after_the_read_passes() {
        let (mut story, conn) = came_back();
        story.reads_twin(conn, "1", 5);
        report(&mut story, conn, &ack(25, 200, 5));
        story.expect("PNP-PROP-06", Verdict::Pass);
    }

    #[test]
    fn forgetting_and_guessing_fail() {
        let (mut story, conn) = came_back();
        story.reads_twin(conn, "1", 5).at(61.0).telemetry(conn, 9, "{}");
        story.expect("PNP-PROP-06", Verdict::Fail);
        let (mut story, conn) = came_back();
        report(&mut story, conn, &ack(25, 200, 5));
        story.expect("PNP-PROP-06", Verdict::Fail);
    }

    #[test]
    fn a_change_that_was_delivered_is_inconclusive() {
        let (mut story, _) = serving();
        wish(&mut story, 2, json!(23), true);
        story.expect("PNP-PROP-06", Verdict::Inconclusive);
    }
}
