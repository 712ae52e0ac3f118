//! HUB-SAS-02: a new token is used well before the old one runs out.

use nanorig_trace::event::CloudEvent;

use super::token::expiry;
use crate::view::At;
use crate::{Check, Finding, Tally, View};

pub(crate) const CHECK: Check = Check { id: "HUB-SAS-02", always: true, judge };

/// The use of one token.
struct Use {
    expiry: i64,
    first: At,
}

fn judge(view: &View<'_>) -> Finding {
    let mut tally = Tally::default();
    for (at, event) in view.cloud_events() {
        if let CloudEvent::Refused { service, reason, .. } = event
            && service == "hub"
            && reason == "token-expired"
        {
            tally.bad(at, "a CONNECT was refused because its token had run out");
        }
    }
    let uses = uses(view);
    for (index, token) in uses.iter().enumerate() {
        judge_use(view, token, uses.get(index + 1), &mut tally);
    }
    tally.finish(
        "tokens were renewed in time",
        "a token was not renewed in time",
        "no token came near its expiry",
    )
}

/// The tokens of accepted connections, each with its first use.
fn uses(view: &View<'_>) -> Vec<Use> {
    let mut uses: Vec<Use> = Vec::new();
    for connection in view.connections_to("hub") {
        let (Some(first), Some(expiry)) = (connection.accepted(), expiry(connection)) else { continue };
        if uses.last().is_none_or(|last| last.expiry != expiry) {
            uses.push(Use { expiry, first });
        }
    }
    uses
}

fn judge_use(view: &View<'_>, token: &Use, next: Option<&Use>, tally: &mut Tally) {
    let margin = view.number("sas_margin");
    let share_left = |at: At| {
        let (now, first) =
            (view.utc(at.time).unix_micros() as f64, view.utc(token.first.time).unix_micros() as f64);
        let expiry = token.expiry as f64 * 1e6;
        (expiry - now) / (expiry - first).max(1.0)
    };
    // A connection with the token at this place of the trace.
    let in_use_at = |at: At| {
        view.connections_to("hub")
            .any(|connection| expiry(connection) == Some(token.expiry) && connection.is_live(at))
    };
    match next {
        // Renewal for another reason, such as a cut, shows nothing unless the time had come.
        Some(next) if share_left(next.first) >= 0.5_f64.max(margin) => {}
        Some(next) if share_left(next.first) >= margin => {
            let left = share_left(next.first) * 100.0;
            tally.good(next.first, format!("a new token with {left:.0}% of the old one's time left"));
        }
        // Nobody can renew a token without a connection: only one that was used beyond its time counts.
        Some(next) => {
            let mut used =
                view.connections_to("hub").filter(|connection| expiry(connection) == Some(token.expiry));
            let last = used.next_back().map(|connection| connection.ended(view.end()));
            if let Some(last) = last.filter(|last| share_left(*last) < margin) {
                let left = (share_left(last) * 100.0).max(0.0);
                tally.bad(
                    next.first,
                    format!("the old token was used until {left:.0}% of its time were left"),
                );
            }
        }
        None if share_left(view.end()) < margin && in_use_at(view.end()) => {
            tally.bad(token.first, "the token of this connection was not renewed in time");
        }
        None => {}
    }
}

#[cfg(test)]
mod tests {
    use super::super::token::tests::session_until;
    use crate::Verdict;
    use crate::testing::Story;

    /// A token of 1000 s from second 0, replaced at `second`.
    fn renewed_at(second: f64) -> Story {
        let mut story = Story::new();
        let conn = session_until(&mut story, 1_000);
        story.at(second).leaves(conn);
        session_until(&mut story, 2_000);
        story
    }

    #[test]
    fn the_limits_come_in_pairs() {
        renewed_at(849.0).expect("HUB-SAS-02", Verdict::Pass);
        renewed_at(851.0).expect("HUB-SAS-02", Verdict::Fail);
    }

    #[test]
    fn an_old_token_at_the_end_fails() {
        let mut story = Story::new();
        session_until(&mut story, 1_000);
        story.at(860.0).hub_status("Connected", "ok");
        story.expect("HUB-SAS-02", Verdict::Fail);
    }

    #[test]
    fn a_refusal_for_age_fails() {
        let mut story = renewed_at(840.0);
        let conn = story.at(900.0).secure("hub");
        story.cloud_refused(conn, "token-expired");
        story.expect("HUB-SAS-02", Verdict::Fail);
    }

    #[test]
    fn a_young_token_is_inconclusive() {
        let mut story = Story::new();
        session_until(&mut story, 1_000);
        story.at(100.0).hub_status("Connected", "ok");
        story.expect("HUB-SAS-02", Verdict::Inconclusive);
    }
}
