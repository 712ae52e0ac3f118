//! HUB-CONN-04: the application learns why the connection is not there.

use std::time::Duration;

use nanorig_wire::mqtt::ConnectCode;

use crate::view::{At, Connection};
use crate::{Check, Finding, Tally, View};

pub(crate) const CHECK: Check = Check { id: "HUB-CONN-04", always: false, judge };

/// The status has changed by then.
const SAYS_WITHIN: Duration = Duration::from_secs(30);

fn judge(view: &View<'_>) -> Finding {
    let mut tally = Tally::default();
    for connection in view.connections_to("hub") {
        if let Some((at, trouble)) = trouble(view, connection) {
            judge_trouble(view, at, trouble, &mut tally);
        }
    }
    tally.finish(
        "the application learned what was wrong each time",
        "the application did not learn what was wrong",
        "nothing went wrong with a connection",
    )
}

/// What goes wrong with a connection, as far as a device can tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Trouble {
    Unauthorized,
    Unavailable,
    Network,
}

impl Trouble {
    const fn reasons(self) -> &'static [&'static str] {
        match self {
            Self::Unauthorized => &["unauthorized", "disabled"],
            Self::Unavailable => &["server-unavailable", "throttled"],
            Self::Network => &["network", "timeout", "tls"],
        }
    }
}

fn trouble(view: &View<'_>, connection: &Connection<'_>) -> Option<(At, Trouble)> {
    match connection.connack() {
        Some((at, connack)) => match connack.code {
            ConnectCode::BadUserNameOrPassword | ConnectCode::NotAuthorized => {
                Some((at, Trouble::Unauthorized))
            }
            ConnectCode::ServerUnavailable => Some((at, Trouble::Unavailable)),
            ConnectCode::Accepted => {
                let closed = connection.closed?;
                let planned = connection.disconnect().is_some()
                    || view.told_between(connection.opened, closed.at)
                        && connection.closed_by_device().is_some();
                (!planned && connection.closed_by_device().is_none()).then_some((closed.at, Trouble::Network))
            }
            _ => None,
        },
        None => None,
    }
}

fn judge_trouble(view: &View<'_>, at: At, trouble: Trouble, tally: &mut Tally) {
    let said = view
        .statuses("hub")
        .find(|(when, status, _)| *when > at && when.since(at) <= SAYS_WITHIN && *status != "Connected");
    let wanted = trouble.reasons();
    match said {
        Some((when, status, reason)) if wanted.contains(&reason) => {
            tally.good(when, format!("{status}: {reason}"))
        }
        Some((when, status, reason)) => {
            tally.bad(when, format!("{status} with reason {reason} where {} is due", wanted.join(" or ")));
        }
        None if view.end().since(at) > SAYS_WITHIN => {
            tally.bad(at, format!("no status followed where {} is due", wanted.join(" or ")));
        }
        None => {}
    }
}

#[cfg(test)]
mod tests {
    use nanorig_wire::mqtt::ConnectCode;

    use crate::Verdict;
    use crate::testing::Story;

    #[test]
    fn the_right_reason_passes_and_another_fails() {
        for (reason, verdict) in [("unauthorized", Verdict::Pass), ("network", Verdict::Fail)] {
            let mut story = Story::new();
            story.at(1.0).refused_session(ConnectCode::NotAuthorized);
            story.at(1.1).hub_status("Failed", reason);
            story.expect("HUB-CONN-04", verdict);
        }
        for (reason, verdict) in [("unauthorized", Verdict::Fail), ("network", Verdict::Pass)] {
            let mut story = Story::new();
            let conn = story.at(1.0).session(false);
            story.at(9.0).cut(conn).at(9.1).hub_status("Reconnecting", reason);
            story.expect("HUB-CONN-04", verdict);
        }
    }

    #[test]
    fn silence_fails() {
        let mut story = Story::new();
        let conn = story.at(1.0).session(false);
        story.at(9.0).cut(conn);
        story.at(40.0).session(true);
        story.expect("HUB-CONN-04", Verdict::Fail);
    }

    #[test]
    fn a_planned_end_and_trouble_in_the_last_moment_are_inconclusive() {
        let mut story = Story::new();
        let conn = story.at(1.0).session(false);
        story.at(9.0).leaves(conn).at(100.0).hub_status("Disconnected", "closed-by-app");
        story.expect("HUB-CONN-04", Verdict::Inconclusive);
        let mut story = Story::new();
        let conn = story.at(1.0).session(false);
        story.at(9.0).cut(conn);
        story.expect("HUB-CONN-04", Verdict::Inconclusive);
    }
}
