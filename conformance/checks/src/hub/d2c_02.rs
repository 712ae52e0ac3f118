//! HUB-D2C-02: properties arrive as the application meant them.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::series::{Series, series};
use crate::view::HarnessCall;
use crate::{Check, Finding, Tally, View};

pub(crate) const CHECK: Check = Check { id: "HUB-D2C-02", always: false, judge };

fn judge(view: &View<'_>) -> Finding {
    let mut tally = Tally::default();
    for series in series(view) {
        let of = |call: &&HarnessCall<'_>| call.args.get("properties").and_then(texts).unwrap_or_default();
        let intended: Vec<Properties> = series.calls.iter().map(of).collect();
        let mut pairs = intended.iter().flatten();
        if pairs.any(|(name, value)| needs_escape(name) || value.as_deref().is_some_and(needs_escape)) {
            judge_messages(view, &series, &intended, &mut tally);
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

fn judge_messages(view: &View<'_>, series: &Series<'_, '_>, intended: &[Properties], tally: &mut Tally) {
    let call = series.calls[0];
    let numbers: Vec<&str> = series.calls.iter().filter_map(|call| call.text("sequence")).collect();
    for message in &series.stored {
        let properties = message.properties;
        let found = texts(properties).map(|mut found| {
            found.retain(|name, _| !numbers.contains(&name.as_str()));
            found
        });
        match found {
            Some(found) if intended.contains(&found) => {
                tally.good(message.at, format!("{properties} as meant"))
            }
            found => {
                let names = differing(&found.unwrap_or_default(), &intended[0]);
                let meant = &call.args["properties"];
                tally.bad(message.at, format!("{names} not as meant: {properties} instead of {meant}"));
            }
        }
    }
    if series.stored.is_empty() && call.succeeded() {
        tally.bad(call.at, "the message with these properties never arrived");
    }
    let refused = view.connections_to("hub").flat_map(|connection| &connection.violations);
    for violation in refused.filter(|violation| violation.at > call.at && violation.at <= series.until) {
        tally.bad(violation.at, format!("the topic with these properties is refused: {}", violation.detail));
    }
}

/// The properties that only one of the two has, or that have another value.
fn differing(found: &Properties, intended: &Properties) -> String {
    let names: BTreeSet<&String> = found.keys().chain(intended.keys()).collect();
    let differs = |name: &&String| found.get(*name) != intended.get(*name);
    names.into_iter().filter(differs).map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
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
    fn the_number_that_the_harness_asks_for_is_no_difference() {
        let mut story = Story::new();
        let args = json!({ "properties": { "a b": "c" }, "sequence": "n" });
        story.at(1.0).action("telemetry.send", args);
        let (device, system, body) = ("nano-01".into(), json!({}), json!({}));
        let properties = json!({ "a b": "c", "n": "1" });
        story.at(1.1).event(CloudEvent::Telemetry { device, properties, system, body, qos: 1 });
        story.outcome("telemetry.send", true, json!({}));
        story.expect("HUB-D2C-02", Verdict::Pass);
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
