//! TLS-HS-01: a handshake that stalls is given up.

use std::time::Duration;

use super::refusal::{device_error, is_about_trust};
use crate::view::{At, Connection};
use crate::{Check, Finding, Tally, View};

pub(crate) const CHECK: Check = Check { id: "TLS-HS-01", always: true, judge };

/// The server learns of the end a little later than the device closes.
const REACHES_THE_SERVER: Duration = Duration::from_secs(5);
/// Attempts that follow each other faster than this do not back off.
const NO_DELAY: Duration = Duration::from_millis(300);
/// Back-off is random: so many delays in a row that are none are no chance.
const IN_A_ROW: usize = 3;
/// Names of harness calls that end a handshake. A device that leaves then has not given up by itself.
const ENDS: &[&str] = &["hub.close", "socket.close", "sleep", "reset"];

fn judge(view: &View<'_>) -> Finding {
    let mut tally = Tally::default();
    let mut hurried = 0;
    for connection in view.connections() {
        let stalled = connection.tls_oddities.iter().find(|oddity| oddity.what == "stalled");
        let Some(stalled) = stalled.map(|oddity| oddity.at) else { continue };
        let Some(given_up) = judge_stall(view, connection, stalled, &mut tally) else { continue };
        match next_attempt(view, connection, given_up) {
            Some(next) if next.since(given_up) < NO_DELAY => {
                hurried += 1;
                if hurried == IN_A_ROW {
                    tally.bad(next, "one attempt follows the other without a delay");
                }
            }
            Some(_) => hurried = 0,
            None => {}
        }
    }
    tally.finish(
        "handshakes that stalled were given up",
        "a handshake that stalls is not handled as it should be",
        "no server stalled a handshake, or it ended for another reason",
    )
}

/// Judges one stall, and gives the place where the device gave it up.
fn judge_stall(view: &View<'_>, connection: &Connection<'_>, stalled: At, tally: &mut Tally) -> Option<At> {
    let limit = view.duration("tls_timeout");
    let began = connection.opened;
    let ended = connection.ended(view.end());
    let told = view.last_told(ENDS, ended).filter(|call| call.at > began).map(|call| call.at);
    // What ends the device's life or its link ends the wait as well.
    if view.cut_off(connection, stalled.time, told.unwrap_or(ended).time) {
        return None;
    }
    let held = told.unwrap_or(ended).since(began);
    if held > limit + REACHES_THE_SERVER {
        tally.bad(ended, format!("the socket is held for {:.0} s", held.as_secs_f64()));
        return None;
    }
    if told.is_some() || is_chain_refused(view, connection, stalled) {
        return None;
    }
    let given_up = connection.closed_by_device()?;
    tally.good(given_up, format!("given up after {:.0} s", held.as_secs_f64()));
    Some(given_up)
}

/// True when the chain came before the stall, and was the reason to leave or may have been.
fn is_chain_refused(view: &View<'_>, connection: &Connection<'_>, stalled: At) -> bool {
    let bad = connection.certificate.is_some_and(|certificate| certificate.kind != "good");
    bad || device_error(view, connection, stalled).is_some_and(|error| is_about_trust(&error))
}

/// The next connection that the device makes to the same server by itself.
fn next_attempt(view: &View<'_>, before: &Connection<'_>, given_up: At) -> Option<At> {
    let next = view.connections_to(before.service).find(|other| other.opened > given_up)?;
    (!view.told_between(given_up, next.opened) && !view.boots_between(given_up, next.opened))
        .then_some(next.opened)
}

#[cfg(test)]
mod tests {
    use nanorig_trace::event::{CloseHow, ConnId, Party};
    use serde_json::json;

    use crate::Verdict;
    use crate::testing::{Story, hello};

    fn stalls(story: &mut Story, second: f64) -> ConnId {
        let conn = story.at(second).open("hub");
        story.hello(conn, &hello()).tls_oddity(conn, "stalled");
        conn
    }

    #[test]
    fn giving_up_in_time_passes_and_a_little_later_fails() {
        for (second, verdict) in [(11.0, Verdict::Pass), (66.0, Verdict::Pass), (66.1, Verdict::Fail)] {
            let mut story = Story::new();
            let conn = stalls(&mut story, 1.0);
            story.at(second).close(conn, Party::Device, CloseHow::Fin);
            story.expect("TLS-HS-01", verdict);
        }
    }

    #[test]
    fn holding_the_socket_to_the_end_fails_when_there_was_time() {
        for (second, verdict) in [(60.0, Verdict::Inconclusive), (600.0, Verdict::Fail)] {
            let mut story = Story::new();
            stalls(&mut story, 1.0);
            story.at(second).status("Connecting");
            story.expect("TLS-HS-01", verdict);
        }
    }

    #[test]
    fn three_attempts_without_a_delay_fail() {
        let after = |delay: f64| {
            let mut story = Story::new();
            for attempt in 0..4 {
                let second = 1.0 + f64::from(attempt) * (10.0 + delay);
                let conn = stalls(&mut story, second);
                story.at(second + 10.0).close(conn, Party::Device, CloseHow::Fin);
            }
            story
        };
        after(0.3).expect("TLS-HS-01", Verdict::Pass);
        after(0.2).expect("TLS-HS-01", Verdict::Fail);
    }

    #[test]
    fn attempts_that_the_operator_wants_need_no_delay() {
        let mut story = Story::new();
        for attempt in 0..4 {
            story.at(1.0 + f64::from(attempt) * 10.1).action("hub.open", json!({}));
            let conn = stalls(&mut story, 1.0 + f64::from(attempt) * 10.1);
            story.at(11.0 + f64::from(attempt) * 10.1).close(conn, Party::Device, CloseHow::Fin);
        }
        story.expect("TLS-HS-01", Verdict::Pass);
    }

    #[test]
    fn a_lost_link_a_restart_and_a_good_handshake_show_nothing() {
        let mut story = Story::new();
        story.at(1.0).good_session();
        story.at(900.0).status("Connected");
        story.expect("TLS-HS-01", Verdict::Inconclusive);
        let mut story = Story::new();
        stalls(&mut story, 1.0);
        story.at(5.0).boot("watchdog").at(600.0).status("Connecting");
        story.expect("TLS-HS-01", Verdict::Inconclusive);
        let mut story = Story::new();
        let conn = stalls(&mut story, 1.0);
        story.at(5.0).stimulus("network", "wifi.lost", json!({}));
        story.at(600.0).close(conn, Party::Network, CloseHow::Timeout);
        story.expect("TLS-HS-01", Verdict::Inconclusive);
    }

    #[test]
    fn a_chain_that_is_refused_is_no_giving_up() {
        let refused = |kind: &str, said: Option<&str>| {
            let mut story = Story::new();
            let conn = stalls(&mut story, 1.0);
            story.certificate(conn, kind, "g2").at(1.1);
            if let Some(error) = said {
                story.device_tls_failed(error);
            }
            story.close(conn, Party::Device, CloseHow::Fin);
            story
        };
        refused("expired-leaf", None).expect("TLS-HS-01", Verdict::Inconclusive);
        refused("good", Some("unknown-issuer")).expect("TLS-HS-01", Verdict::Inconclusive);
        refused("good", Some("timeout")).expect("TLS-HS-01", Verdict::Pass);
    }

    #[test]
    fn the_operators_close_is_no_giving_up_and_comes_too_late_after_the_limit() {
        for (second, verdict) in [(20.0, Verdict::Inconclusive), (66.1, Verdict::Fail)] {
            let mut story = Story::new();
            let conn = stalls(&mut story, 1.0);
            story.at(second).action("hub.close", json!({})).close(conn, Party::Device, CloseHow::Fin);
            story.expect("TLS-HS-01", verdict);
        }
    }
}
