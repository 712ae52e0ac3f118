//! DPS-ATT-03: the certificate's common name is the registration id, and there is no password.

use crate::view::Connection;
use crate::{Check, Finding, Tally, View};

pub(crate) const CHECK: Check = Check { id: "DPS-ATT-03", always: false, judge };

fn judge(view: &View<'_>) -> Finding {
    let mut tally = Tally::default();
    for connection in view.connections_to("dps") {
        if let Some(name) = connection.tls.and_then(|tls| tls.client_certificate) {
            judge_connection(connection, name, &mut tally);
        }
    }
    tally.finish(
        "the certificate names the registration, and DPS took it",
        "the certificate does not name the registration, or DPS did not take it",
        "no certificate was presented to DPS",
    )
}

fn judge_connection(connection: &Connection<'_>, name: &str, tally: &mut Tally) {
    let Some((at, connect)) = connection.connect() else { return };
    if connect.password.as_ref().is_some_and(|password| !password.is_empty()) {
        return tally.bad(at, "a password besides the certificate");
    }
    // Registration ids have no case.
    if !connect.client_id.eq_ignore_ascii_case(name) {
        return tally.bad(at, format!("registers {} with a certificate for {name}", connect.client_id));
    }
    for answer in connection.dps_requests().into_iter().filter_map(|request| request.answer) {
        match answer.response.status {
            401 => tally.bad(answer.at, format!("DPS answers 401 to the certificate of {name}")),
            200..=299 if answer.assignment().is_some() => {
                tally.good(answer.at, format!("{name} is assigned"))
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::exchange::tests::{assigned, registers};
    use crate::Verdict;
    use crate::testing::{Story, dps_connect};
    use nanorig_wire::mqtt::{ConnectCode, Packet};

    fn presented(name: &str, password: bool, status: u16) -> Story {
        let mut story = Story::new();
        let conn = story.at(1.0).open("dps");
        story.tls_as(conn, "TLSv1.2", "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256", Some(name));
        let mut connect = dps_connect();
        connect.password = password.then(|| b"x".to_vec().into());
        story.sends(conn, &Packet::Connect(connect)).connack(conn, ConnectCode::Accepted, false);
        registers(&mut story, conn, "1");
        assigned(&mut story, conn, "1", status);
        story
    }

    #[test]
    fn the_registration_id_passes() {
        presented("nano-01", false, 200).expect("DPS-ATT-03", Verdict::Pass);
        presented("Nano-01", false, 200).expect("DPS-ATT-03", Verdict::Pass);
    }

    #[test]
    fn another_name_a_password_and_401_fail() {
        presented("nano-02", false, 200).expect("DPS-ATT-03", Verdict::Fail);
        presented("nano-01", true, 200).expect("DPS-ATT-03", Verdict::Fail);
        presented("nano-01", false, 401).expect("DPS-ATT-03", Verdict::Fail);
    }

    #[test]
    fn no_certificate_and_no_answer_are_inconclusive() {
        let mut story = Story::new();
        let conn = story.at(1.0).session_with("dps", dps_connect(), false);
        registers(&mut story, conn, "1");
        assigned(&mut story, conn, "1", 200);
        story.expect("DPS-ATT-03", Verdict::Inconclusive);
        let mut story = presented("nano-01", false, 200);
        story.trace().records.pop();
        story.expect("DPS-ATT-03", Verdict::Inconclusive);
    }
}
