//! PNP-ID-01: the model id is announced in the MQTT user name, well encoded.

use super::model::{is_dtmi, registered};
use crate::view::Connection;
use crate::{Check, Finding, Tally, View};

pub(crate) const CHECK: Check = Check { id: "PNP-ID-01", always: false, judge };

fn judge(view: &View<'_>) -> Finding {
    let declared = registered(view);
    let mut announced: Option<String> = None;
    let mut tally = Tally::default();
    for connection in view.connections_to("hub") {
        let Some((at, _)) = connection.connect() else { continue };
        match judge_connection(connection) {
            Err(text) => tally.bad(at, text),
            Ok(model) if declared.as_ref().is_some_and(|declared| *declared != model) => {
                tally.bad(
                    at,
                    format!("announces {model}, DPS was told {}", declared.clone().unwrap_or_default()),
                );
            }
            Ok(model) if announced.as_ref().is_some_and(|announced| *announced != model) => {
                tally.bad(at, format!("announces {model} where it was another model before"));
            }
            Ok(model) => {
                tally.good(at, format!("announces {model}"));
                announced = Some(model);
            }
        }
    }
    tally.finish(
        "the model id was announced on every connection",
        "the model id was not announced as the convention says",
        "no CONNECT to a hub was seen",
    )
}

fn judge_connection(connection: &Connection<'_>) -> Result<String, String> {
    let username = connection.hub_username().ok_or("the user name cannot be read")?;
    let model = username.model_id.clone().ok_or("the user name has no model-id")?;
    if !is_dtmi(&model) {
        return Err(format!("{model} is no DTMI"));
    }
    if !username.may_announce_model() {
        return Err(format!("api-version {} announces no models", username.api_version));
    }
    let text = connection.connect().and_then(|(_, connect)| connect.username.clone()).unwrap_or_default();
    let raw = text.split(['?', '&']).find_map(|pair| pair.strip_prefix("model-id=")).unwrap_or_default();
    if raw.contains([':', ';']) {
        return Err(format!("{raw} is not percent-encoded"));
    }
    Ok(model)
}

#[cfg(test)]
mod tests {
    use crate::Verdict;
    use crate::testing::{HUB_NAME, Story, hub_connect};

    fn announces(query: &str) -> Story {
        let mut story = Story::new();
        let mut connect = hub_connect();
        connect.username = Some(format!("{HUB_NAME}/nano-01/?{query}"));
        story.at(1.0).session_with("hub", connect, false);
        story
    }

    #[test]
    fn an_encoded_model_id_passes() {
        announces("api-version=2021-04-12&model-id=dtmi%3Acom%3Aexample%3AThermostat%3B1")
            .expect("PNP-ID-01", Verdict::Pass);
    }

    #[test]
    fn each_deviation_fails() {
        for query in [
            "api-version=2021-04-12",
            "api-version=2021-04-12&model-id=dtmi:com:example:Thermostat;1",
            "api-version=2021-04-12&model-id=Thermostat",
            "api-version=2019-10-01&model-id=dtmi%3Acom%3Aexample%3AThermostat%3B1",
        ] {
            announces(query).expect("PNP-ID-01", Verdict::Fail);
        }
    }

    #[test]
    fn a_handshake_alone_is_inconclusive() {
        let mut story = Story::new();
        story.at(1.0).secure("hub");
        story.expect("PNP-ID-01", Verdict::Inconclusive);
    }
}
