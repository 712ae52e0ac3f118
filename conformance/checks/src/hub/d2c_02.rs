//! HUB-D2C-02: properties arrive as the application meant them.

use std::collections::BTreeMap;

use nanorig_trace::event::CloudEvent;
use serde_json::Value;

use crate::view::{At, HarnessCall};
use crate::{Check, Finding, Tally, View};

pub(crate) const CHECK: Check = Check { id: "HUB-D2C-02", always: false, judge };

fn judge(view: &View<'_>) -> Finding {
    let mut tally = Tally::default();
    let sends: Vec<&HarnessCall<'_>> =
        view.calls_named("telemetry.send").filter(|call| call.hand == "device").collect();
    for (index, call) in sends.iter().enumerate() {
        let until = sends.get(index + 1).map_or(view.end(), |next| next.at);
        let Some(intended) = call.args.get("properties").and_then(texts) else { continue };
        if intended
            .iter()
            .any(|(name, value)| needs_escape(name) || value.as_deref().is_some_and(needs_escape))
        {
            judge_messages(view, call, until, &intended, &mut tally);
        }
    }
    tally.finish(
        "properties arrived as they were meant",
        "properties did not arrive as they were meant",
        "no message had a property with characters that have to be escaped",
    )
}

type Properties = BTreeMap<String, Option<String>>;

/// Names and values as text; null is a property without a value.
fn texts(value: &Value) -> Option<Properties> {
    let text = |value: &Value| match value {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    };
    Some(value.as_object()?.iter().map(|(name, value)| (name.clone(), text(value))).collect())
}

/// Characters with a meaning in a topic or a property bag, and those beyond ASCII.
fn needs_escape(text: &str) -> bool {
    text.chars().any(|c| !c.is_ascii() || " =&%/+#?".contains(c))
}

fn judge_messages(
    view: &View<'_>,
    call: &HarnessCall<'_>,
    until: At,
    intended: &Properties,
    tally: &mut Tally,
) {
    let mut arrived = false;
    for (at, event) in view.cloud_events().filter(|(at, _)| *at > call.at && *at <= until) {
        let CloudEvent::Telemetry { properties, .. } = event else { continue };
        arrived = true;
        match texts(properties) {
            Some(found) if found == *intended => tally.good(at, format!("{properties} as meant")),
            _ => tally.bad(at, format!("{properties} instead of {}", call.args["properties"])),
        }
    }
    if !arrived && call.succeeded() {
        tally.bad(call.at, "the message with these properties never arrived");
    }
    let refused = view.connections_to("hub").flat_map(|connection| &connection.violations);
    for violation in refused.filter(|violation| violation.at > call.at && violation.at <= until) {
        tally.bad(violation.at, format!("the topic with these properties is refused: {}", violation.detail));
    }
}

#[cfg(test)]
mod tests {
    use nanorig_trace::event::CloudEvent;
    use serde_json::{Value, json};

    use crate::Verdict;
    use crate::testing::Story;

    fn arrives(sent: Value, stored: Value) -> Story {
        let mut story = Story::new();
        story.at(1.0).action("telemetry.send", json!({ "properties": sent }));
        let (device, system, body) = ("nano-01".into(), json!({}), json!({}));
        story.at(1.1).event(CloudEvent::Telemetry { device, properties: stored, system, body, qos: 1 });
        story.outcome("telemetry.send", true, json!({}));
        story
    }

    #[test]
    fn the_same_set_passes() {
        let all = json!({ "where & when": "50% north/east, now", "Ω": "a=b+c", "none": null, "empty": "" });
        arrives(all.clone(), all).expect("HUB-D2C-02", Verdict::Pass);
    }

    #[test]
    fn each_difference_fails() {
        for stored in
            [json!({ "a b": "c+d" }), json!({ "a+b": "c d" }), json!({}), json!({ "a b": "c d", "x": "y" })]
        {
            arrives(json!({ "a b": "c d" }), stored).expect("HUB-D2C-02", Verdict::Fail);
        }
    }

    #[test]
    fn a_message_that_never_arrives_fails() {
        let mut story = Story::new();
        story.at(1.0).action("telemetry.send", json!({ "properties": { "a b": "c" } }));
        story.outcome("telemetry.send", true, json!({}));
        story.expect("HUB-D2C-02", Verdict::Fail);
    }

    #[test]
    fn plain_properties_are_inconclusive() {
        arrives(json!({ "alarm": "none" }), json!({ "alarm": "none" }))
            .expect("HUB-D2C-02", Verdict::Inconclusive);
    }
}
