//! DPS-ATT-01: the token names the registration and the policy `registration`, and DPS takes it.

use nanorig_wire::sas::SasToken;

use crate::view::Connection;
use crate::{Check, Finding, Tally, View};

pub(crate) const CHECK: Check = Check { id: "DPS-ATT-01", always: false, judge };

fn judge(view: &View<'_>) -> Finding {
    let mut tally = Tally::default();
    for connection in view.connections_to("dps") {
        let Some((at, connect)) = connection.connect() else { continue };
        let Some(password) = connect.password.as_ref().filter(|password| !password.is_empty()) else {
            continue;
        };
        let text = std::str::from_utf8(password).unwrap_or("\u{fffd}");
        let token = SasToken::parse(text).map_err(|error| error.to_string());
        if let Err(text) = token.and_then(|token| judge_token(view, connection, &token)) {
            tally.bad(at, text);
            continue;
        }
        judge_answers(connection, &mut tally);
    }
    tally.finish(
        "DPS took the token of the registration",
        "the token is not that of the registration",
        "no token was presented to DPS and answered",
    )
}

fn judge_token(view: &View<'_>, connection: &Connection<'_>, token: &SasToken) -> Result<(), String> {
    let username =
        connection.dps_username().ok_or("there is no readable user name to compare the token with")?;
    if token.resource() != username.resource() {
        return Err(format!("the token is for {} instead of {}", token.resource(), username.resource()));
    }
    match token.policy.as_deref() {
        Some("registration") => {}
        other => return Err(format!("the token has skn {other:?} instead of registration")),
    }
    let now = view.utc(connection.opened.time).unix_secs();
    if token.expiry_secs <= now {
        return Err(format!("the token ran out {} s before it was used", now - token.expiry_secs));
    }
    Ok(())
}

/// DPS accepts every CONNECT and judges the token when the device registers.
fn judge_answers(connection: &Connection<'_>, tally: &mut Tally) {
    for answer in connection.dps_requests().into_iter().filter_map(|request| request.answer) {
        match answer.response.status {
            401 => {
                let why = answer.error.map_or_else(String::new, |error| format!(", {}", error.error_code));
                tally.bad(answer.at, format!("DPS answers 401{why}"));
            }
            200..=299 => tally.good(answer.at, format!("DPS answers {}", answer.response.status)),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::exchange::tests::{assigned, registers};
    use crate::Verdict;
    use crate::testing::{Story, dps_connect};
    use nanorig_wire::sas::{SasToken, SharedKey};

    fn presented(resource: &str, policy: Option<&str>, status: u16) -> Story {
        let mut story = Story::new();
        let key = SharedKey::from_bytes(vec![7; 32]).unwrap();
        let expiry = story.utc().unix_secs() + 3_600;
        let mut connect = dps_connect();
        connect.password = Some(SasToken::sign(resource, expiry, &key, policy).into());
        let conn = story.at(1.0).session_with("dps", connect, false);
        registers(&mut story, conn, "1");
        assigned(&mut story, conn, "1", status);
        story
    }

    #[test]
    fn the_registrations_token_passes() {
        presented("0ne00000000/registrations/nano-01", Some("registration"), 200)
            .expect("DPS-ATT-01", Verdict::Pass);
    }

    #[test]
    fn each_deviation_fails() {
        presented("0ne00000000/registrations/nano-01", None, 200).expect("DPS-ATT-01", Verdict::Fail);
        presented("0ne00000000/registrations/nano-01", Some("device"), 200)
            .expect("DPS-ATT-01", Verdict::Fail);
        presented("0ne00000000/registrations/other", Some("registration"), 200)
            .expect("DPS-ATT-01", Verdict::Fail);
        presented("0ne00000000/registrations/nano-01", Some("registration"), 401)
            .expect("DPS-ATT-01", Verdict::Fail);
    }

    #[test]
    fn no_token_is_inconclusive() {
        let mut story = Story::new();
        let conn = story.at(1.0).session_with("dps", dps_connect(), false);
        registers(&mut story, conn, "1");
        assigned(&mut story, conn, "1", 200);
        story.expect("DPS-ATT-01", Verdict::Inconclusive);
    }
}
