//! PNP-TEL-02: telemetry of a component carries `$.sub`, its name.

use std::collections::BTreeSet;

use nanorig_wire::hub::{PropertyBag, SystemProperty};
use nanorig_wire::mqtt::Publish;
use serde_json::Value;

use super::property::is_same;
use crate::view::{At, HarnessCall};
use crate::{Check, Finding, Tally, View};

pub(crate) const CHECK: Check = Check { id: "PNP-TEL-02", always: false, judge };

fn judge(view: &View<'_>) -> Finding {
    let calls: Vec<&HarnessCall<'_>> =
        view.calls_named("telemetry.send").filter(|call| call.hand == "device").collect();
    let mut tally = Tally::default();
    for connection in view.connections_to("hub") {
        for (at, bag, publish) in connection.telemetry() {
            let own = calls.iter().filter(|call| is_during(call, at) && asks_for(call, &bag, publish));
            let components: BTreeSet<Option<&str>> = own.map(|call| call.text("component")).collect();
            judge_message(at, bag.system(SystemProperty::ComponentName), &components, &mut tally);
        }
    }
    tally.finish(
        "telemetry of components carried their names",
        "telemetry did not carry the name of its component",
        "no component sent telemetry",
    )
}

/// Judges a message by the components that may have sent it; none among them is the device itself.
fn judge_message(at: At, named: Option<&str>, components: &BTreeSet<Option<&str>>, tally: &mut Tally) {
    match (named, components.iter().flatten().next()) {
        (Some(named), _) if components.contains(&Some(named)) => {
            tally.good(at, format!("the message of {named} says so"));
        }
        (Some(named), Some(component)) => {
            tally.bad(at, format!("the message of {component} carries {named} in $.sub"));
        }
        (Some(named), None) if !components.is_empty() => {
            tally.bad(at, format!("a message of no component carries {named} in $.sub"));
        }
        (None, Some(component)) if !components.contains(&None) => {
            tally.bad(at, format!("the message of {component} carries no $.sub"));
        }
        _ => {}
    }
}

fn is_during(call: &HarnessCall<'_>, at: At) -> bool {
    call.at < at && call.outcome.is_none_or(|(ended, ..)| at < ended)
}

/// True when the message is one that the call can have meant.
fn asks_for(call: &HarnessCall<'_>, bag: &PropertyBag, publish: &Publish) -> bool {
    if call.text("id").is_some_and(|id| bag.system(SystemProperty::MessageId) != Some(id)) {
        return false;
    }
    match (call.count("size"), call.args.get("body")) {
        (Some(size), _) => u64::try_from(publish.payload.len()) == Ok(size),
        (None, Some(Value::String(text))) => text.as_bytes() == &publish.payload[..],
        (None, Some(body)) => {
            serde_json::from_slice::<Value>(&publish.payload).is_ok_and(|sent| is_same(&sent, body))
        }
        (None, None) => true,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::Verdict;
    use crate::testing::Story;

    /// The device is told to send, sends to this property bag, and is done.
    fn sends(args: Value, bag: &str) -> Story {
        let mut story = Story::new();
        let conn = story.at(1.0).subscribed_session();
        let payload = args["body"].to_string();
        story.at(2.0).action("telemetry.send", args);
        let topic = format!("devices/nano-01/messages/events/{bag}");
        story.at(2.1).publishes(conn, &topic, &payload, Some(7)).puback(conn, 7);
        story.at(2.2).outcome("telemetry.send", true, json!({}));
        story
    }

    fn of_component() -> Value {
        json!({ "component": "thermostat1", "body": { "temperature": 20 } })
    }

    #[test]
    fn the_name_passes() {
        sends(of_component(), "%24.sub=thermostat1").expect("PNP-TEL-02", Verdict::Pass);
    }

    #[test]
    fn no_name_and_another_one_fail() {
        sends(of_component(), "").expect("PNP-TEL-02", Verdict::Fail);
        sends(of_component(), "%24.sub=thermostat2").expect("PNP-TEL-02", Verdict::Fail);
        sends(json!({ "body": {} }), "%24.sub=thermostat1").expect("PNP-TEL-02", Verdict::Fail);
    }

    #[test]
    fn telemetry_of_no_component_and_of_another_body_is_inconclusive() {
        sends(json!({ "body": {} }), "").expect("PNP-TEL-02", Verdict::Inconclusive);
        let mut story = sends(of_component(), "%24.sub=thermostat1");
        story.trace().records.retain(|record| !matches!(&record.event, nanorig_trace::Event::Run(_)));
        story.expect("PNP-TEL-02", Verdict::Inconclusive);
    }

    #[test]
    fn a_message_that_two_may_have_sent_is_judged_by_both() {
        let mut story = Story::new();
        let conn = story.at(1.0).subscribed_session();
        for component in ["thermostat1", "thermostat2"] {
            story.at(2.0).action("telemetry.send", json!({ "component": component, "body": {} }));
        }
        for (number, component) in [(7, "thermostat2"), (8, "thermostat1")] {
            let topic = format!("devices/nano-01/messages/events/%24.sub={component}");
            story.publishes(conn, &topic, "{}", Some(number));
        }
        story.expect("PNP-TEL-02", Verdict::Pass);
    }
}
