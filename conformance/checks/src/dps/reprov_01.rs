//! DPS-REPROV-01: a device that its hub refuses asks DPS where to go.

use std::time::Duration;

use nanorig_wire::mqtt::ConnectCode;

use crate::view::{At, Attempt};
use crate::{Check, Finding, Tally, View};

pub(crate) const CHECK: Check = Check { id: "DPS-REPROV-01", always: false, judge };

/// One refusal may be a matter of the token, the second one is not.
const REFUSALS: usize = 2;
/// So many failures in a row say that the hub is gone ("Manage device reconnections").
const FAILURES: usize = 10;
/// DPS has been asked by then.
const ASKS_WITHIN: Duration = Duration::from_secs(900);

fn judge(view: &View<'_>) -> Finding {
    let mut tally = Tally::default();
    if let Some((at, why)) = trouble(view) {
        judge_move(view, at, &why, &mut tally);
    }
    tally.finish(
        "the device asked DPS and arrived where it was sent",
        "the device did not find its new hub by way of DPS",
        "no hub refused the device for good",
    )
}

/// The place from which on the device has reason to ask DPS.
fn trouble(view: &View<'_>) -> Option<(At, String)> {
    let (mut refusals, mut failures) = (0, 0);
    for attempt in view.attempts("hub") {
        if attempt.accepted().is_some() {
            (refusals, failures) = (0, 0);
            continue;
        }
        failures += 1;
        if is_refused(&attempt) {
            refusals += 1;
        }
        if refusals >= REFUSALS {
            return Some((attempt.at, "the hub refuses the device".to_owned()));
        }
        if failures >= FAILURES {
            return Some((attempt.at, format!("{FAILURES} attempts failed")));
        }
    }
    // A device may ask DPS on the first refusal.
    let attempts = view.attempts("hub");
    let first = attempts.iter().find(|attempt| is_refused(attempt))?;
    let asked = view.connections_to("dps").any(|connection| connection.opened > first.at);
    asked.then_some((first.at, "the hub refuses the device".to_owned()))
}

fn is_refused(attempt: &Attempt<'_, '_>) -> bool {
    let codes =
        [ConnectCode::IdentifierRejected, ConnectCode::BadUserNameOrPassword, ConnectCode::NotAuthorized];
    attempt
        .connection
        .and_then(|connection| connection.connack())
        .is_some_and(|(_, connack)| codes.contains(&connack.code))
}

fn judge_move(view: &View<'_>, at: At, why: &str, tally: &mut Tally) {
    let first = view
        .attempts("hub")
        .iter()
        .find(|attempt| is_refused(attempt))
        .map_or(at, |attempt| attempt.at.min(at));
    let asked = view
        .connections_to("dps")
        .flat_map(|connection| connection.dps_requests())
        .filter(|request| request.at > first && request.is_register())
        .map(|request| request.at)
        .next();
    let Some(asked) = asked else {
        if view.end().since(at) > ASKS_WITHIN {
            tally.bad(at, format!("{why}, and DPS was never asked"));
        }
        return;
    };
    match view.next_accepted("hub", asked) {
        Some(connection) => {
            let host = connection.hub_username().map_or_else(String::new, |username| username.host);
            tally.good(connection.opened, format!("{why}; asked DPS and arrived at {host}"));
        }
        None if view.end().since(asked) > ASKS_WITHIN => tally.bad(asked, "asked DPS and arrived nowhere"),
        None => {}
    }
}

#[cfg(test)]
mod tests {
    use super::super::exchange::tests::{assigned_to, registers};
    use crate::Verdict;
    use crate::testing::{Story, dps_connect, hub_connect};
    use nanorig_wire::mqtt::ConnectCode;

    const SOUTH: &str = "south.azure-devices.net";

    fn refused() -> Story {
        let mut story = Story::new();
        story.at(1.0).refused_session(ConnectCode::NotAuthorized);
        story.at(5.0).refused_session(ConnectCode::NotAuthorized);
        story
    }

    #[test]
    fn arriving_at_the_new_hub_passes() {
        let mut story = refused();
        let conn = story.at(10.0).session_with("dps", dps_connect(), false);
        registers(&mut story, conn, "1");
        assigned_to(&mut story, conn, "1", 200, SOUTH, "nano-01");
        let mut connect = hub_connect();
        connect.username = Some(format!("{SOUTH}/nano-01/?api-version=2021-04-12"));
        story.at(15.0).session_with("hub", connect, false);
        story.expect("DPS-REPROV-01", Verdict::Pass);
    }

    #[test]
    fn never_asking_fails() {
        let mut story = refused();
        story.at(906.0).refused_session(ConnectCode::NotAuthorized);
        story.expect("DPS-REPROV-01", Verdict::Fail);
        let mut story = Story::new();
        for number in 0..10_u32 {
            let conn = story.at(f64::from(number) * 60.0).open("hub");
            story.cut(conn);
        }
        story.at(1_500.0).hub_status("Disconnected", "network");
        story.expect("DPS-REPROV-01", Verdict::Fail);
    }

    #[test]
    fn a_hub_that_accepts_is_inconclusive() {
        let mut story = Story::new();
        story.at(1.0).session(false);
        story.expect("DPS-REPROV-01", Verdict::Inconclusive);
    }
}
