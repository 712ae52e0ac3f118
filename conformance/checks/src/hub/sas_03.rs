//! HUB-SAS-03: after the hub has cut at the token's expiry, the device comes back with a new one.

use nanorig_trace::event::{CloudEvent, ConnId};

use super::token::expiry;
use crate::view::At;
use crate::{Check, Finding, Tally, View};

pub(crate) const CHECK: Check = Check { id: "HUB-SAS-03", always: true, judge };

fn judge(view: &View<'_>) -> Finding {
    let mut tally = Tally::default();
    for (at, event) in view.cloud_events() {
        if let CloudEvent::Disconnected { conn, cause, .. } = event
            && cause == "token-expired"
        {
            judge_cut(view, at, *conn, &mut tally);
        }
    }
    tally.finish(
        "the device came back with a new token",
        "the device did not come back with a new token as it should",
        "no connection was cut because its token ran out",
    )
}

fn judge_cut(view: &View<'_>, cut: At, conn: ConnId, tally: &mut Tally) {
    let step = view.duration("backoff_step");
    let old = view.connection(conn).and_then(expiry);
    let next = view
        .connections_to("hub")
        .find(|connection| connection.opened > cut && connection.connect().is_some());
    match next {
        Some(next) if expiry(next).is_some() && expiry(next) == old => {
            tally.bad(next.opened, "comes back with the token that the hub had cut for");
        }
        Some(next) if next.opened.since(cut) > step => {
            tally.bad(
                next.opened,
                format!("comes back only after {:.0} s", next.opened.since(cut).as_secs_f64()),
            );
        }
        Some(next) if next.accepted().is_some() => {
            tally.good(
                next.opened,
                format!("back with a new token after {:.1} s", next.opened.since(cut).as_secs_f64()),
            );
        }
        Some(next) if next.connack().is_some() => tally.bad(next.opened, "comes back and is refused"),
        Some(_) => {}
        None if view.end().since(cut) > step => tally.bad(cut, "the device did not come back after this"),
        None => {}
    }
}

#[cfg(test)]
mod tests {
    use super::super::token::tests::session_until;
    use crate::Verdict;
    use crate::testing::Story;

    fn cut() -> Story {
        let mut story = Story::new();
        let conn = session_until(&mut story, 600);
        story.at(600.0).disconnected(conn, "token-expired").cut(conn);
        story
    }

    #[test]
    fn a_new_token_in_time_passes_and_late_fails() {
        for (second, verdict) in [(719.0, Verdict::Pass), (721.0, Verdict::Fail)] {
            let mut story = cut();
            story.at(second);
            session_until(&mut story, 5_000);
            story.expect("HUB-SAS-03", verdict);
        }
    }

    #[test]
    fn the_old_token_and_staying_away_fail() {
        let mut story = cut();
        story.at(605.0);
        session_until(&mut story, 600);
        story.expect("HUB-SAS-03", Verdict::Fail);
        let mut story = cut();
        story.at(725.0).hub_status("Disconnected", "network");
        story.expect("HUB-SAS-03", Verdict::Fail);
    }

    #[test]
    fn another_end_and_a_cut_in_the_last_moment_are_inconclusive() {
        let mut story = Story::new();
        let conn = session_until(&mut story, 600);
        story.at(100.0).disconnected(conn, "stimulus").cut(conn).at(300.0).hub_status("Failed", "network");
        story.expect("HUB-SAS-03", Verdict::Inconclusive);
        cut().expect("HUB-SAS-03", Verdict::Inconclusive);
    }
}
