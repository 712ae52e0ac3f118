//! HUB-CONN-01: client identifier and user name are those of the device at its hub.

use nanorig_wire::hub::Username;
use nanorig_wire::mqtt::Connect;

use crate::view::Connection;
use crate::{Check, Finding, Tally, View};

pub(crate) const CHECK: Check = Check { id: "HUB-CONN-01", always: true, judge };

fn judge(view: &View<'_>) -> Finding {
    let mut tally = Tally::default();
    for connection in view.connections_to("hub") {
        let Some((at, connect)) = connection.connect() else { continue };
        match judge_connect(view, connection, connect) {
            Ok(text) => tally.good(at, text),
            Err(text) => tally.bad(at, text),
        }
    }
    tally.finish(
        "client identifier and user name are as the hub wants them",
        "client identifier or user name is not as the hub wants it",
        "no CONNECT to a hub was seen",
    )
}

fn judge_connect(view: &View<'_>, connection: &Connection<'_>, connect: &Connect) -> Result<String, String> {
    let client = connect.client_id.as_str();
    let text = connect.username.as_deref().ok_or("there is no user name")?;
    let username = Username::parse(text).map_err(|error| format!("user name: {error}"))?;
    if username.identity.client_id() != client {
        return Err(format!(
            "the user name is for {} and the client identifier is {client}",
            username.identity
        ));
    }
    let start = format!("{}/{client}/?", username.host);
    if !text.starts_with(&start) {
        return Err(format!("the user name does not start with {start}"));
    }
    if let Some(host) = connection.sni().filter(|host| !username.is_for_host(host)) {
        return Err(format!("the user name is for {} and the connection went to {host}", username.host));
    }
    // Where DPS decides the device id, DPS-ASSIGN-01 looks at it.
    let own = &view.trace().header.dut.device_id;
    let own = own.split('/').next().unwrap_or_default();
    let by_dps = view.connections_to("dps").next().is_some();
    if !by_dps && !own.is_empty() && username.identity.device != own {
        return Err(format!("connects as {client} and is {own}"));
    }
    Ok(format!("{client} at {}, api-version {}", username.host, username.api_version))
}

#[cfg(test)]
mod tests {
    use crate::Verdict;
    use crate::testing::{HUB_NAME, Story, hub_connect};

    fn connects(client: &str, username: &str) -> Story {
        let mut story = Story::new();
        let mut connect = hub_connect();
        connect.client_id = client.into();
        connect.username = Some(username.replace("HUB", HUB_NAME));
        story.at(1.0).session_with("hub", connect, false);
        story
    }

    #[test]
    fn the_documented_form_passes() {
        connects("nano-01", "HUB/nano-01/?api-version=2021-04-12").expect("HUB-CONN-01", Verdict::Pass);
        connects("nano-01/m", "HUB/nano-01/m/?api-version=2021-04-12").expect("HUB-CONN-01", Verdict::Pass);
    }

    #[test]
    fn each_deviation_fails() {
        for (client, username) in [
            ("nano-01", "HUB/nano-01/"),
            ("nano-01", "HUB/nano-01/?DeviceClientType=x"),
            ("nano-01", "HUB/nano-01/api-version=2021-04-12"),
            ("NANO-01", "HUB/nano-01/?api-version=2021-04-12"),
            ("nano-02", "HUB/nano-02/?api-version=2021-04-12"),
            ("nano-01", "fabrikam.azure-devices.net/nano-01/?api-version=2021-04-12"),
        ] {
            connects(client, username).expect("HUB-CONN-01", Verdict::Fail);
        }
    }

    #[test]
    fn a_handshake_alone_is_inconclusive() {
        let mut story = Story::new();
        story.at(1.0).secure("hub");
        story.expect("HUB-CONN-01", Verdict::Inconclusive);
    }
}
