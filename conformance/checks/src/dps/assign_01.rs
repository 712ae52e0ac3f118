//! DPS-ASSIGN-01: the device connects to the assigned hub under the assigned id.

use crate::view::At;
use crate::{Check, Finding, Tally, View};

pub(crate) const CHECK: Check = Check { id: "DPS-ASSIGN-01", always: true, judge };

fn judge(view: &View<'_>) -> Finding {
    let mut assignments: Vec<(At, String, String)> = Vec::new();
    for request in super::exchange::requests(view) {
        let Some(answer) = request.answer else { continue };
        if let Some((hub, device)) = answer.assignment() {
            assignments.push((answer.at, hub.to_owned(), device.to_owned()));
        }
    }
    let mut tally = Tally::default();
    for connection in view.connections_to("hub") {
        let Some((at, connect)) = connection.connect() else { continue };
        let latest = assignments.iter().rev().find(|(assigned, ..)| *assigned < at);
        let Some((_, hub, device)) = latest else { continue };
        let username = connection.hub_username();
        let host = username.as_ref().map_or("", |username| username.host.as_str());
        let client = connect.client_id.split('/').next().unwrap_or_default();
        if host.eq_ignore_ascii_case(hub) && client == device {
            tally.good(at, format!("connects to {hub} as {device}"));
        } else {
            tally.bad(at, format!("connects to {host} as {client} instead of {hub} as {device}"));
        }
    }
    tally.finish(
        "the device connected as it was assigned",
        "the device did not connect as it was assigned",
        "no connection to a hub followed an assignment",
    )
}

#[cfg(test)]
mod tests {
    use super::super::exchange::tests::{assigned, registers};
    use crate::Verdict;
    use crate::testing::{HUB_NAME, Story, dps_connect, hub_connect};

    fn connects(host: &str, device: &str) -> Story {
        let mut story = Story::new();
        let conn = story.at(1.0).session_with("dps", dps_connect(), false);
        registers(&mut story, conn, "1");
        assigned(&mut story, conn, "1", 200);
        let mut connect = hub_connect();
        connect.client_id = device.into();
        connect.username = Some(format!("{host}/{device}/?api-version=2021-04-12"));
        story.at(5.0).session_with("hub", connect, false);
        story
    }

    #[test]
    fn the_assigned_values_pass_and_others_fail() {
        connects(HUB_NAME, "pump-7").expect("DPS-ASSIGN-01", Verdict::Pass);
        connects(HUB_NAME, "nano-01").expect("DPS-ASSIGN-01", Verdict::Fail);
        connects("fabrikam.azure-devices.net", "pump-7").expect("DPS-ASSIGN-01", Verdict::Fail);
    }

    #[test]
    fn without_dps_it_is_inconclusive() {
        let mut story = Story::new();
        story.at(1.0).session(false);
        story.expect("DPS-ASSIGN-01", Verdict::Inconclusive);
    }
}
