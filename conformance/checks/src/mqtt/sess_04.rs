//! MQTT-SESS-04: the client identifier is the same after a start.

use crate::{Check, Finding, Tally, View};

pub(crate) const CHECK: Check = Check { id: "MQTT-SESS-04", always: false, judge };

fn judge(view: &View<'_>) -> Finding {
    let mut tally = Tally::default();
    for pair in view.connections_to("hub").collect::<Vec<_>>().windows(2) {
        let (Some((_, before)), Some((at, after))) = (pair[0].connect(), pair[1].connect()) else { continue };
        if !view.boots_between(pair[0].opened, pair[1].opened) {
            continue;
        }
        if before.client_id == after.client_id {
            tally.good(at, format!("{} again after a start", after.client_id));
        } else {
            tally.bad(at, format!("{} after a start, {} before it", after.client_id, before.client_id));
        }
    }
    for connection in view.connections_to("dps") {
        if let (Some((at, connect)), Some(username)) = (connection.connect(), connection.dps_username())
            && !connect.client_id.eq_ignore_ascii_case(&username.registration_id)
        {
            tally.bad(at, format!("{} instead of {}", connect.client_id, username.registration_id));
        }
    }
    // A hub knows its devices by their ids: any other identifier is one of its own making.
    for connection in view.connections_to("hub") {
        let (Some((at, connect)), Some(username)) = (connection.connect(), connection.hub_username()) else {
            continue;
        };
        let assigned = view
            .connections_to("dps")
            .flat_map(|dps| dps.dps_requests())
            .filter_map(|request| request.answer)
            .filter(|answer| answer.at < at)
            .filter_map(|answer| answer.assignment().map(|(_, device)| device.to_owned()))
            .last();
        let claimed = view.trace().header.dut.device_id.split('/').next().unwrap_or_default().to_owned();
        let own = assigned.unwrap_or(claimed);
        if connect.client_id != username.identity.client_id() {
            tally.bad(at, format!("{} instead of {}", connect.client_id, username.identity));
        } else if !own.is_empty() && username.identity.device != own {
            tally.bad(at, format!("{} instead of {own}", connect.client_id));
        }
    }
    tally.finish(
        "the client identifier outlived every start",
        "the client identifier changed with a start",
        "no start lay between two connections",
    )
}

#[cfg(test)]
mod tests {
    use crate::Verdict;
    use crate::testing::{Story, hub_connect};

    #[test]
    fn the_same_identifier_passes_and_another_fails() {
        for (client, verdict) in [("nano-01", Verdict::Pass), ("nano-x7f3", Verdict::Fail)] {
            let mut story = Story::new();
            story.at(0.0).boot("power-on").at(1.0).session(false);
            let mut connect = hub_connect();
            connect.client_id = client.into();
            story.at(60.0).boot("reset").at(70.0).session_with("hub", connect, false);
            story.expect("MQTT-SESS-04", verdict);
        }
    }

    #[test]
    fn an_identifier_that_is_not_the_devices_fails() {
        let mut story = Story::new();
        let mut connect = hub_connect();
        connect.client_id = "nano-x7f3".into();
        story.at(1.0).session_with("hub", connect, false);
        story.expect("MQTT-SESS-04", Verdict::Fail);
    }

    #[test]
    fn without_a_start_it_is_inconclusive() {
        let mut story = Story::new();
        story.at(1.0).session(false);
        story.at(9.0).session(true);
        story.expect("MQTT-SESS-04", Verdict::Inconclusive);
    }
}
