//! MQTT-CONN-05: a refusal ends the use of the connection, and its code is told from others.

use std::time::Duration;

use nanorig_wire::mqtt::{ConnectCode, PacketType};

use crate::view::{At, Connection};
use crate::{Check, Finding, Tally, View};

pub(crate) const CHECK: Check = Check { id: "MQTT-CONN-05", always: false, judge };

/// A device that comes back sooner than this after code 3 does not back off.
const LEAST_DELAY: Duration = Duration::from_secs(1);
/// The device has said by then what it makes of the refusal.
const SAYS_WITHIN: Duration = Duration::from_secs(30);

fn judge(view: &View<'_>) -> Finding {
    let mut tally = Tally::default();
    for connection in view.connections() {
        let Some((refused, connack)) = connection.connack() else { continue };
        if connack.code != ConnectCode::Accepted {
            judge_refusal(view, connection, refused, connack.code, &mut tally);
        }
    }
    tally.finish(
        "refused connections were left alone and the codes were told apart",
        "a refusal was not handled as its code says",
        "no CONNECT was refused",
    )
}

fn judge_refusal(
    view: &View<'_>,
    connection: &Connection<'_>,
    refused: At,
    code: ConnectCode,
    tally: &mut Tally,
) {
    let number = code.byte();
    let later = connection
        .from_device()
        .find(|packet| packet.at > refused && packet.packet_type() != Some(PacketType::Disconnect));
    if let Some(packet) = later {
        let kind = packet.packet_type().map_or("bytes", PacketType::name);
        return tally.bad(packet.at, format!("{kind} after CONNACK {number}"));
    }
    // What the operator asks for is no impatience of the device.
    let next = view
        .connections_to(connection.service)
        .find(|other| other.opened > refused)
        .filter(|next| next.opened.since(refused) < LEAST_DELAY && !view.told_between(refused, next.opened));
    if let Some(next) = next.filter(|_| code == ConnectCode::ServerUnavailable) {
        return tally
            .bad(next.opened, format!("connects again {:?} after CONNACK 3", next.opened.since(refused)));
    }
    if let Some(next) = next.filter(|_| is_second_refusal(view, connection)) {
        let text = format!("connects {:?} after the second CONNACK {number}", next.opened.since(refused));
        return tally.bad(next.opened, text);
    }
    let said = view
        .statuses(connection.service)
        .find(|(at, status, _)| *at > refused && at.since(refused) <= SAYS_WITHIN && *status != "Connected");
    match said {
        Some((at, status, reason)) if !fits(code, reason) => {
            tally.bad(at, format!("{status} with reason {reason} after CONNACK {number}"));
        }
        Some((at, _, reason)) => tally.good(at, format!("CONNACK {number} is told as {reason}")),
        None if view.end().since(refused) > SAYS_WITHIN => {
            tally.doubtful(refused, format!("the device did not say what CONNACK {number} means"));
        }
        None => tally.good(refused, format!("silent after CONNACK {number}")),
    }
}

/// True when this connection came right after one that was refused for its credentials, too. A new token may be tried
/// at once, but only once.
fn is_second_refusal(view: &View<'_>, connection: &Connection<'_>) -> bool {
    let blames = |connection: &Connection<'_>| {
        let codes = [ConnectCode::BadUserNameOrPassword, ConnectCode::NotAuthorized];
        connection.connack().filter(|(_, connack)| codes.contains(&connack.code)).map(|(at, _)| at)
    };
    let before = view.connections_to(connection.service).rev().find(|other| other.opened < connection.opened);
    let refused = before.and_then(blames);
    blames(connection).is_some() && refused.is_some_and(|at| connection.opened.since(at) < LEAST_DELAY)
}

/// The reasons that a device may give for a code (table 3.1).
fn fits(code: ConnectCode, reason: &str) -> bool {
    match code {
        ConnectCode::Accepted => reason == "ok",
        ConnectCode::UnacceptableProtocolVersion | ConnectCode::IdentifierRejected => {
            matches!(reason, "protocol" | "unauthorized")
        }
        ConnectCode::ServerUnavailable => matches!(reason, "server-unavailable" | "throttled"),
        ConnectCode::BadUserNameOrPassword | ConnectCode::NotAuthorized => {
            matches!(reason, "unauthorized" | "disabled")
        }
    }
}

#[cfg(test)]
mod tests {
    use nanorig_wire::mqtt::{ConnectCode, Packet};
    use serde_json::json;

    use crate::Verdict;
    use crate::testing::{FILTERS, Story, hub_connect};

    #[test]
    fn silence_and_the_right_reason_pass() {
        for (code, reason) in [
            (ConnectCode::ServerUnavailable, "server-unavailable"),
            (ConnectCode::NotAuthorized, "unauthorized"),
        ] {
            let mut story = Story::new();
            story.at(1.0).refused_session(code);
            story.at(1.1).hub_status("Reconnecting", reason).at(3.0).session(false);
            story.expect("MQTT-CONN-05", Verdict::Pass);
        }
    }

    #[test]
    fn one_reason_for_everything_fails() {
        let mut story = Story::new();
        story.at(1.0).refused_session(ConnectCode::NotAuthorized);
        story.at(1.1).hub_status("Disconnected", "network");
        story.expect("MQTT-CONN-05", Verdict::Fail);
    }

    #[test]
    fn talking_on_fails() {
        let mut story = Story::new();
        let conn = story.at(1.0).secure("hub");
        story.sends(conn, &Packet::Connect(hub_connect())).connack(conn, ConnectCode::NotAuthorized, false);
        story.at(1.1).asks_for(conn, 1, FILTERS);
        story.expect("MQTT-CONN-05", Verdict::Fail);
    }

    #[test]
    fn credentials_may_be_tried_at_once_only_once() {
        for (second, verdict) in [(2.4, Verdict::Fail), (2.6, Verdict::Pass)] {
            let mut story = Story::new();
            story.at(1.0).refused_session(ConnectCode::NotAuthorized);
            story
                .at(1.5)
                .hub_status("Reconnecting", "unauthorized")
                .refused_session(ConnectCode::NotAuthorized);
            story.hub_status("Reconnecting", "unauthorized").at(second).session(false);
            story.expect("MQTT-CONN-05", verdict);
        }
    }

    #[test]
    fn an_instant_return_that_the_operator_asked_for_passes() {
        let mut story = Story::new();
        story.at(1.0).refused_session(ConnectCode::ServerUnavailable);
        story.hub_status("Reconnecting", "server-unavailable").action("hub.close", json!({}));
        story.action("hub.open", json!({})).at(1.1).session(false);
        story.expect("MQTT-CONN-05", Verdict::Pass);
    }

    #[test]
    fn accepted_and_unanswered_connections_are_inconclusive() {
        let mut story = Story::new();
        let conn = story.at(1.0).secure("hub");
        story.sends(conn, &Packet::Connect(hub_connect()));
        story.at(40.0).session(false);
        story.expect("MQTT-CONN-05", Verdict::Inconclusive);
    }

    #[test]
    fn an_instant_return_after_code_3_fails() {
        for (second, verdict) in [(1.9, Verdict::Fail), (2.1, Verdict::Pass)] {
            let mut story = Story::new();
            story.at(1.0).refused_session(ConnectCode::ServerUnavailable);
            story.at(1.1).hub_status("Reconnecting", "server-unavailable").at(second).session(false);
            story.expect("MQTT-CONN-05", verdict);
        }
    }
}
