//! HUB-MOD-01: a module uses its own identity everywhere.

use nanorig_wire::hub::{DeviceFilter, DevicePublish, Identity};

use crate::view::Connection;
use crate::{Check, Finding, Tally, View};

pub(crate) const CHECK: Check = Check { id: "HUB-MOD-01", always: false, judge };

fn judge(view: &View<'_>) -> Finding {
    let mut tally = Tally::default();
    for connection in view.connections_to("hub") {
        // Either side may have it wrong.
        let by_client = connection.identity().filter(|identity| identity.module.is_some());
        let by_name = connection
            .hub_username()
            .map(|username| username.identity)
            .filter(|identity| identity.module.is_some());
        if let Some(module) = by_client.or(by_name) {
            judge_module(connection, &module, &mut tally);
        }
    }
    tally.finish(
        "the module used its own identity, user name and topics",
        "the module did not use its own identity, user name or topics",
        "no module connected",
    )
}

fn judge_module(connection: &Connection<'_>, module: &Identity, tally: &mut Tally) {
    let Some((at, connect)) = connection.connect() else { return };
    let named = connection.hub_username().map(|username| username.identity);
    if connect.client_id != module.client_id() || named.as_ref() != Some(module) {
        let named = named.map_or_else(|| "nobody".to_owned(), |identity| identity.to_string());
        return tally.bad(at, format!("client identifier {} and a user name for {named}", connect.client_id));
    }
    tally.good(at, format!("client identifier and user name of {module}"));
    let device_topics = format!("devices/{}/", module.device);
    for (at, publish) in
        connection.published().filter(|(_, publish)| publish.topic.starts_with(&device_topics))
    {
        match DevicePublish::parse(&publish.topic, module) {
            Ok(_) => tally.good(at, format!("publishes to {}", publish.topic)),
            Err(error) => tally.bad(at, error.to_string()),
        }
    }
    for subscription in connection.subscriptions() {
        if let Err(error) = DeviceFilter::parse(subscription.filter, module) {
            tally.bad(subscription.at, error.to_string());
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::Verdict;
    use crate::testing::{HUB_NAME, Story, hub_connect};

    fn module(client: &str, topic: &str) -> Story {
        let mut story = Story::new();
        let mut connect = hub_connect();
        connect.client_id = client.into();
        connect.username = Some(format!("{HUB_NAME}/gateway-1/sampler/?api-version=2021-04-12"));
        let conn = story.at(1.0).session_with("hub", connect, false);
        story.publishes(conn, topic, "{}", Some(1));
        story
    }

    #[test]
    fn the_modules_own_topics_pass() {
        module("gateway-1/sampler", "devices/gateway-1/modules/sampler/messages/events/")
            .expect("HUB-MOD-01", Verdict::Pass);
    }

    #[test]
    fn the_devices_topics_and_identity_fail() {
        module("gateway-1/sampler", "devices/gateway-1/messages/events/").expect("HUB-MOD-01", Verdict::Fail);
        module("gateway-1", "devices/gateway-1/modules/sampler/messages/events/")
            .expect("HUB-MOD-01", Verdict::Fail);
    }

    #[test]
    fn a_device_is_inconclusive() {
        let mut story = Story::new();
        story.at(1.0).session(false);
        story.expect("HUB-MOD-01", Verdict::Inconclusive);
    }
}
