//! MQTT-SESS-02: without a stored session every filter is subscribed to again.

use std::collections::BTreeSet;
use std::time::Duration;

use crate::view::Connection;
use crate::{Check, Finding, Tally, View};

pub(crate) const CHECK: Check = Check { id: "MQTT-SESS-02", always: false, judge };

/// The device has subscribed by then.
pub(crate) const SUBSCRIBES_WITHIN: Duration = Duration::from_secs(30);

fn judge(view: &View<'_>) -> Finding {
    let mut tally = Tally::default();
    let mut needed: BTreeSet<String> = BTreeSet::new();
    let pairs = view.successions("hub");
    for pair in &pairs {
        needed = needed_after(pair.before, needed);
        if !pair.after.session_present() && !needed.is_empty() {
            judge_session(view, pair.after, &needed, &mut tally);
        }
    }
    tally.finish(
        "all subscriptions were made again in sessions that had been lost",
        "a subscription was not made again in a session that had been lost",
        "no session was lost",
    )
}

/// The filters that hold at the end of a session, when `held` was there at its start.
pub(crate) fn needed_after(connection: &Connection<'_>, held: BTreeSet<String>) -> BTreeSet<String> {
    let mut needed = held;
    needed.extend(connection.subscriptions().iter().map(|subscription| subscription.filter.to_owned()));
    for (_, filter) in connection.unsubscribed() {
        needed.remove(filter);
    }
    needed
}

/// Judges one session that began empty. Missing filters are told once, together.
pub(crate) fn judge_session(
    view: &View<'_>,
    connection: &Connection<'_>,
    needed: &BTreeSet<String>,
    tally: &mut Tally,
) {
    let Some(accepted) = connection.accepted() else { return };
    let made = connection.subscriptions();
    let missing: Vec<&str> = needed
        .iter()
        .filter(|filter| {
            made.iter().all(|subscription| {
                subscription.filter != filter.as_str() || subscription.at.since(accepted) > SUBSCRIBES_WITHIN
            })
        })
        .map(String::as_str)
        .collect();
    if missing.is_empty() {
        tally.good(
            accepted,
            format!("connection {} subscribed to {} filters again", connection.id, needed.len()),
        );
    } else if connection.lasts(accepted, SUBSCRIBES_WITHIN, view.end()) {
        tally.bad(
            accepted,
            format!(
                "connection {} has no session and did not subscribe to {}",
                connection.id,
                missing.join(", ")
            ),
        );
    }
}

#[cfg(test)]
mod tests {
    use crate::Verdict;
    use crate::testing::{FILTERS, Story};

    fn lost(filters: &[&str]) -> Story {
        let mut story = Story::new();
        let conn = story.at(1.0).subscribed_session();
        story.at(5.0).cut(conn);
        let conn = story.at(10.0).session(false);
        story.at(10.1).subscribe(conn, 2, filters).at(60.0).leaves(conn);
        story
    }

    #[test]
    fn all_filters_pass_and_fewer_fail() {
        lost(FILTERS).expect("MQTT-SESS-02", Verdict::Pass);
        let finding = lost(&FILTERS[..3]).expect("MQTT-SESS-02", Verdict::Fail);
        assert!(finding.evidence[0].text.ends_with("did not subscribe to $iothub/methods/POST/#"));
    }

    #[test]
    fn a_kept_session_is_inconclusive() {
        let mut story = Story::new();
        let conn = story.at(1.0).subscribed_session();
        story.at(5.0).cut(conn);
        story.at(10.0).session(true);
        story.at(60.0).hub_status("Connected", "ok");
        story.expect("MQTT-SESS-02", Verdict::Inconclusive);
    }
}
