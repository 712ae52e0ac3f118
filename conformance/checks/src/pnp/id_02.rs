//! PNP-ID-02: DPS learns the model id when the device registers.

use nanorig_wire::dps::RegisterBody;

use super::model::is_dtmi;
use crate::{Check, Finding, Tally, View};

pub(crate) const CHECK: Check = Check { id: "PNP-ID-02", always: false, judge };

fn judge(view: &View<'_>) -> Finding {
    let announced =
        view.connections_to("hub").filter_map(|connection| connection.hub_username()?.model_id).next();
    let mut tally = Tally::default();
    for request in view.connections_to("dps").flat_map(|connection| connection.dps_requests()) {
        if !request.is_register() {
            continue;
        }
        let body = RegisterBody::from_json(&request.publish.payload);
        match body.as_ref().map(RegisterBody::model_id) {
            Err(error) => tally.bad(request.at, error.to_string()),
            Ok(None) => tally.bad(request.at, "the registration has no modelId"),
            Ok(Some(model)) if !is_dtmi(model) => tally.bad(request.at, format!("{model} is no DTMI")),
            Ok(Some(model)) if announced.as_deref().is_some_and(|announced| announced != model) => {
                tally.bad(
                    request.at,
                    format!("registers {model} and announces {}", announced.clone().unwrap_or_default()),
                );
            }
            Ok(Some(model)) => tally.good(request.at, format!("registers {model}")),
        }
    }
    tally.finish(
        "every registration had the model id",
        "a registration did not have the model id",
        "the device did not register",
    )
}

#[cfg(test)]
mod tests {
    use crate::Verdict;
    use crate::testing::{HUB_NAME, Story, dps_connect, hub_connect};

    fn registers(body: &str) -> Story {
        let mut story = Story::new();
        let conn = story.at(1.0).session_with("dps", dps_connect(), false);
        story.publishes(conn, "$dps/registrations/PUT/iotdps-register/?$rid=1", body, Some(1));
        let mut connect = hub_connect();
        connect.username =
            Some(format!("{HUB_NAME}/nano-01/?api-version=2021-04-12&model-id=dtmi%3Aa%3Ab%3B1"));
        story.at(5.0).session_with("hub", connect, false);
        story
    }

    #[test]
    fn the_announced_model_passes() {
        registers(r#"{"registrationId":"nano-01","payload":{"modelId":"dtmi:a:b;1"}}"#)
            .expect("PNP-ID-02", Verdict::Pass);
    }

    #[test]
    fn no_model_another_one_and_no_json_fail() {
        for body in [
            r#"{"registrationId":"nano-01"}"#,
            r#"{"registrationId":"nano-01","payload":{"modelId":"dtmi:a:b;2"}}"#,
            r#"{"registrationId":"nano-01","payload":{"modelId":"b"}}"#,
            r#"{"payload":"#,
        ] {
            registers(body).expect("PNP-ID-02", Verdict::Fail);
        }
    }

    #[test]
    fn a_session_that_registers_nothing_is_inconclusive() {
        let mut story = Story::new();
        story.at(1.0).session_with("dps", dps_connect(), false);
        story.expect("PNP-ID-02", Verdict::Inconclusive);
    }
}
