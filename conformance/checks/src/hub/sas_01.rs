//! HUB-SAS-01: the token is for the right resource, well encoded, rightly signed and not expired.

use nanorig_trace::event::CloudEvent;
use nanorig_wire::sas::SasToken;

use super::token::token;
use crate::view::Connection;
use crate::{Check, Finding, Tally, View};

pub(crate) const CHECK: Check = Check { id: "HUB-SAS-01", always: false, judge };

/// Reasons of the hub that blame the token.
const BLAMED: &[&str] = &["bad-signature", "wrong-resource", "malformed-token", "token-expired"];

fn judge(view: &View<'_>) -> Finding {
    let mut tally = Tally::default();
    for connection in view.connections_to("hub") {
        let Some((at, token)) = token(connection) else { continue };
        match token.and_then(|token| judge_token(view, connection, &token)) {
            Ok(Some(text)) => tally.good(at, text),
            // Whether the signature is right only the hub can tell.
            Ok(None) => {}
            Err(text) => tally.bad(at, text),
        }
    }
    tally.finish("the hub took every token", "a token is not as it should be", "the hub judged no token")
}

/// What shows that a token is good, nothing when the hub did not judge it, or what is wrong with it.
fn judge_token(
    view: &View<'_>,
    connection: &Connection<'_>,
    token: &SasToken,
) -> Result<Option<String>, String> {
    let refused = view.cloud_events().find_map(|(_, event)| match event {
        CloudEvent::Refused { conn, reason, .. } if *conn == connection.id => Some(reason.as_str()),
        _ => None,
    });
    // Who changes the key makes tokens wrong that were right when they were signed.
    let changed = view.calls_named("key.rotate").any(|call| call.at < connection.opened);
    if refused == Some("bad-signature") && changed {
        return Ok(None);
    }
    if let Some(reason) = refused.filter(|reason| BLAMED.contains(reason)) {
        return Err(format!("the hub refused the token: {reason}"));
    }
    let username =
        connection.hub_username().ok_or("there is no readable user name to compare the token with")?;
    let wanted = username.identity.resource(&username.host);
    // A policy's token may cover more than the device.
    let exact = token.resource().eq_ignore_ascii_case(&wanted) || token.policy.is_some();
    if !token.covers(&wanted) || !exact {
        return Err(format!("the token is for {} instead of {wanted}", token.resource()));
    }
    let now = view.utc(connection.opened.time).unix_secs();
    if token.expiry_secs <= now {
        return Err(format!("the token ran out {} s before it was used", now - token.expiry_secs));
    }
    let left = token.expiry_secs - now;
    let accepted = connection.accepted();
    Ok(accepted.map(|_| format!("a token for {}, valid for {left} s, accepted", token.resource())))
}

#[cfg(test)]
mod tests {
    use super::super::token::tests::{connect_until, connect_with};
    use crate::Verdict;
    use crate::testing::{HUB_NAME, Story};
    use nanorig_wire::mqtt::{ConnectCode, Packet};

    #[test]
    fn the_devices_own_resource_passes() {
        let mut story = Story::new();
        let connect = connect_until(&story, 3_600);
        story.at(1.0).session_with("hub", connect, false);
        story.expect("HUB-SAS-01", Verdict::Pass);
    }

    #[test]
    fn another_resource_fails() {
        for resource in ["/nano-01", "/devices/NANO-01", "/devices/nano-012", ""] {
            let mut story = Story::new();
            let expiry = story.utc().unix_secs() + 3_600;
            story.at(1.0).session_with("hub", connect_with(&format!("{HUB_NAME}{resource}"), expiry), false);
            story.expect("HUB-SAS-01", Verdict::Fail);
        }
    }

    #[test]
    fn an_old_token_and_a_wrong_signature_fail() {
        let mut story = Story::new();
        let connect = connect_until(&story, 60);
        story.at(61.0).session_with("hub", connect, false);
        story.expect("HUB-SAS-01", Verdict::Fail);
        let mut story = Story::new();
        let connect = connect_until(&story, 3_600);
        let conn = story.at(1.0).session_with("hub", connect, false);
        story.cloud_refused(conn, "bad-signature");
        story.expect("HUB-SAS-01", Verdict::Fail);
    }

    #[test]
    fn no_token_and_one_that_the_hub_did_not_judge_are_inconclusive() {
        let mut story = Story::new();
        story.at(1.0).session(false);
        story.expect("HUB-SAS-01", Verdict::Inconclusive);
        let mut story = Story::new();
        let connect = connect_until(&story, 3_600);
        let conn = story.at(1.0).secure("hub");
        story.sends(conn, &Packet::Connect(connect));
        story.expect("HUB-SAS-01", Verdict::Inconclusive);
        story.connack(conn, ConnectCode::ServerUnavailable, false);
        story.expect("HUB-SAS-01", Verdict::Inconclusive);
    }
}
