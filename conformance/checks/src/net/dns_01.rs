//! NET-DNS-01: the device follows a service that moves to another address.

use std::net::Ipv4Addr;
use std::time::Duration;

use crate::view::{At, Connection, HarnessCall};
use crate::{Check, Finding, Tally, View};

pub(crate) const CHECK: Check = Check { id: "NET-DNS-01", always: false, judge };

/// An answer that no trace shows is taken to live this long.
const USUAL_TTL: Duration = Duration::from_secs(60);

fn judge(view: &View<'_>) -> Finding {
    let mut tally = Tally::default();
    for call in view.calls_named("host.move").filter(|call| call.succeeded()) {
        if let Some(to) = call.text("to").and_then(|to| to.parse().ok()) {
            judge_move(view, call, to, &mut tally);
        }
    }
    tally.finish(
        "the device followed the service",
        "the device did not follow the service",
        "no service moved, or the run ended before the device could follow",
    )
}

fn judge_move(view: &View<'_>, call: &HarnessCall<'_>, to: Ipv4Addr, tally: &mut Tally) {
    let moved = call.at;
    let host = call.text("host").unwrap_or_default();
    let mut live = view.connections_to("hub").filter(|connection| connection.is_live(moved));
    let Some(old) = live.find(|connection| is_at(connection, host)) else { return };
    let ttl = view
        .resolutions()
        .iter()
        .rev()
        .find(|answer| {
            answer.answered < moved
                && answer.name.to_string().trim_end_matches('.').eq_ignore_ascii_case(host)
        })
        .map_or(USUAL_TTL, |answer| answer.ttl.min(Duration::from_secs(86_400)));
    // The old address falls silent: the device has to notice first.
    let said =
        view.statuses("hub").find(|(at, status, _)| *at > moved && *status != "Connected").map(|(at, ..)| at);
    let ended = old.closed.map(|closed| closed.at).filter(|at| *at > moved);
    let tried = view.attempts("hub").iter().map(|attempt| attempt.at).find(|at| *at > moved);
    let patience =
        old.keep_alive().map_or(Duration::MAX, |period| period.mul_f64(1.5) + view.duration("slack"));
    let Some(noticed) = said.into_iter().chain(ended).chain(tried).min() else {
        if view.end().since(moved) > patience {
            tally.bad(moved, "the device did not notice that the service has moved");
        }
        return;
    };
    let arrived: Option<At> = view
        .connections_to("hub")
        .find(|connection| connection.opened > moved && *connection.server.ip() == to)
        .map(|connection| connection.opened);
    let limit = ttl.saturating_add(view.duration("backoff_step"));
    match arrived {
        Some(at) if at.since(noticed) <= limit => {
            tally.good(
                at,
                format!("connects to {to} {:.1} s after it noticed", at.since(noticed).as_secs_f64()),
            );
        }
        Some(at) => tally.bad(
            at,
            format!("connects to {to} only {:.0} s after it noticed", at.since(noticed).as_secs_f64()),
        ),
        None if view.end().since(noticed) > limit => {
            tally.bad(noticed, format!("did not connect to {to} within {} s", limit.as_secs()))
        }
        None => {}
    }
}

/// True when the connection was made to the server of this name.
fn is_at(connection: &Connection<'_>, host: &str) -> bool {
    let own = connection.hub_username().map(|username| username.host);
    own.as_deref().or(connection.sni()).is_some_and(|own| own.eq_ignore_ascii_case(host))
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use crate::Verdict;
    use crate::testing::{DEVICE, HUB, HUB_NAME, Story};
    use serde_json::json;

    const NEW: Ipv4Addr = Ipv4Addr::new(198, 51, 100, 77);

    /// A server of this name moves at 100 s, or cannot.
    fn moves(story: &mut Story, host: &str, ok: bool) {
        story.at(100.0).stimulus("network", "host.move", json!({ "host": host, "to": NEW.to_string() }));
        story.outcome("host.move", ok, json!({}));
    }

    fn moved() -> Story {
        let mut story = Story::new();
        story.at(0.5).dns_asks(1, HUB_NAME).dns_answers(1, HUB_NAME, 30, HUB);
        let conn = story.at(1.0).session(false);
        moves(&mut story, HUB_NAME, true);
        story.at(180.0).hub_status("Disconnected", "timeout").cut(conn);
        story
    }

    #[test]
    fn the_limits_come_in_pairs() {
        for (second, verdict) in [(329.9, Verdict::Pass), (330.1, Verdict::Fail)] {
            let mut story = moved();
            story.at(second).open_from(DEVICE, "hub", NEW);
            story.expect("NET-DNS-01", verdict);
        }
    }

    #[test]
    fn clinging_to_the_old_address_fails() {
        let mut story = moved();
        story.at(190.0).open_from(DEVICE, "hub", HUB);
        story.at(340.0).hub_status("Disconnected", "timeout");
        story.expect("NET-DNS-01", Verdict::Fail);
    }

    #[test]
    fn a_service_that_stays_is_inconclusive() {
        let mut story = Story::new();
        story.at(1.0).session(false);
        story.expect("NET-DNS-01", Verdict::Inconclusive);
    }

    #[test]
    fn a_move_of_another_server_and_one_that_failed_are_inconclusive() {
        for (host, ok) in [("global.azure-devices-provisioning.net", true), (HUB_NAME, false)] {
            let mut story = Story::new();
            story.at(1.0).session(false);
            moves(&mut story, host, ok);
            story.at(900.0).hub_status("Connected", "ok");
            story.expect("NET-DNS-01", Verdict::Inconclusive);
        }
    }
}
