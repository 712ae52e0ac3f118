//! HUB-D2C-03: JSON telemetry says that it is JSON.

use nanorig_wire::hub::{PropertyBag, SystemProperty};
use serde::de::IgnoredAny;

use crate::{Check, Finding, Tally, View};

pub(crate) const CHECK: Check = Check { id: "HUB-D2C-03", always: true, judge };

fn judge(view: &View<'_>) -> Finding {
    let mut tally = Tally::default();
    for connection in view.connections_to("hub") {
        for (at, bag, publish) in connection.telemetry() {
            if !is_json(&publish.payload) {
                continue;
            }
            match missing(&bag) {
                None => tally.good(at, "application/json in UTF-8"),
                Some(what) => tally.bad(at, format!("a JSON body with {what}")),
            }
        }
    }
    tally.finish(
        "JSON telemetry says that it is JSON",
        "JSON telemetry cannot be routed by its body",
        "no JSON telemetry was sent",
    )
}

/// True for an object or an array; any other text may well be meant as text.
fn is_json(body: &[u8]) -> bool {
    matches!(body.trim_ascii_start().first(), Some(b'{' | b'['))
        && std::str::from_utf8(body).is_ok_and(|text| serde_json::from_str::<IgnoredAny>(text).is_ok())
}

/// What routing on the body lacks ("IoT Hub message routing query syntax").
fn missing(bag: &PropertyBag) -> Option<String> {
    let kind = bag.system(SystemProperty::ContentType).unwrap_or_default().to_ascii_lowercase();
    let charset = kind.split_once("charset=").map(|(_, charset)| charset.trim().to_owned());
    let encoding = bag.system(SystemProperty::ContentEncoding).map(str::to_ascii_lowercase).or(charset);
    if !kind.starts_with("application/json") {
        return Some(if kind.is_empty() { "no content type".into() } else { format!("content type {kind}") });
    }
    match encoding.as_deref() {
        Some("utf-8" | "utf-16" | "utf-32") => None,
        Some(other) => Some(format!("content encoding {other}")),
        None => Some("no content encoding".into()),
    }
}

#[cfg(test)]
mod tests {
    use crate::Verdict;
    use crate::testing::Story;

    fn sent(bag: &str) -> Story {
        let mut story = Story::new();
        let conn = story.at(1.0).session(false);
        story.publishes(conn, &format!("devices/nano-01/messages/events/{bag}"), r#"{"t":1}"#, Some(1));
        story
    }

    #[test]
    fn type_and_encoding_pass_in_both_forms() {
        sent("$.ct=application%2Fjson&$.ce=utf-8").expect("HUB-D2C-03", Verdict::Pass);
        sent("%24.ct=application%2Fjson%3Bcharset%3Dutf-8").expect("HUB-D2C-03", Verdict::Pass);
    }

    #[test]
    fn anything_less_fails() {
        for bag in ["", "$.ct=application%2Fjson", "$.ct=text%2Fplain&$.ce=utf-8", "$.ce=utf-8"] {
            sent(bag).expect("HUB-D2C-03", Verdict::Fail);
        }
    }

    #[test]
    fn other_bodies_are_inconclusive() {
        let mut story = Story::new();
        let conn = story.at(1.0).session(false);
        story.publishes(conn, "devices/nano-01/messages/events/", "21.5 degrees", Some(1));
        story.expect("HUB-D2C-03", Verdict::Inconclusive);
    }
}
