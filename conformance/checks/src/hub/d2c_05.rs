//! HUB-D2C-05: a message that is larger than the hub takes is refused by the device itself.

use std::time::Duration;

use nanorig_trace::event::CloudEvent;
use nanorig_wire::hub::PropertyBag;
use serde_json::Value;

use super::series::counted_bytes;
use crate::view::{At, Connection, HarnessCall};
use crate::{Check, Finding, Tally, View};

pub(crate) const CHECK: Check = Check { id: "HUB-D2C-05", always: false, judge };

/// The largest message, "IoT Hub quotas and throttling": 256 KB, body and properties together as the hub counts them.
const LARGEST: u64 = 256 * 1_024;
/// A connection that lives on for so long has not suffered.
const STAYS: Duration = Duration::from_secs(10);

fn judge(view: &View<'_>) -> Finding {
    let mut tally = Tally::default();
    let calls = view.calls_named("telemetry.send").filter(|call| call.hand == "device");
    for call in calls.filter(|call| counted_bytes(call) > LARGEST) {
        judge_call(view, call, &mut tally);
    }
    tally.finish(
        "the application was refused what is too large, and the connection stayed",
        "a message that is too large was not refused by the device",
        "no message larger than 256 KB was asked for on a connection",
    )
}

fn judge_call(view: &View<'_>, call: &HarnessCall<'_>, tally: &mut Tally) {
    let Some(connection) = view.connections_to("hub").find(|connection| connection.is_live(call.at)) else {
        return;
    };
    let asked = counted_bytes(call);
    if let Some(at) = sent(view, call) {
        return tally
            .bad(at, format!("a message of {asked} bytes was sent, the hub takes at most {LARGEST}"));
    }
    let Some((ended, ok, fields)) = call.outcome else { return };
    if ok {
        return tally.bad(ended, format!("the application takes {asked} bytes for sent"));
    }
    let planned = view.told_to_leave(connection, connection.ended(view.end()));
    let own = connection.closed_by_device().filter(|closed| *closed > call.at && closed.since(ended) < STAYS);
    match own {
        Some(_) if planned || view.cut_off(connection, call.at.time, ended.time + STAYS) => {}
        Some(closed) => tally.bad(closed, format!("the connection was closed over {asked} bytes")),
        None if connection.lasts(ended, STAYS, view.end()) => {
            let error = fields.get("error").and_then(Value::as_str).unwrap_or("an error");
            tally.good(ended, format!("{asked} bytes: {error}, and connection {} stayed", connection.id));
        }
        None => {}
    }
}

/// Where a message came that is too large, or the hub gave up over one.
fn sent(view: &View<'_>, call: &HarnessCall<'_>) -> Option<At> {
    let until = call.outcome.map_or(view.end(), |(at, ..)| at);
    let within = |at: &At| call.at < *at && at.time <= until.time + STAYS;
    let whole = |connection: &Connection<'_>| {
        let large = |bag: &PropertyBag, body: &[u8]| (bag_bytes(bag) + body.len()) as u64 > LARGEST;
        let mut telemetry = connection.telemetry();
        telemetry.find(|(at, bag, publish)| within(at) && large(bag, &publish.payload)).map(|(at, ..)| at)
    };
    let refused = view.cloud_events().find(|(at, event)| {
        within(at) && matches!(event, CloudEvent::Disconnected { cause, .. } if cause == "oversize")
    });
    view.connections_to("hub").find_map(whole).or(refused.map(|(at, _)| at))
}

/// Bytes of a message's properties, as the hub counts them.
fn bag_bytes(bag: &PropertyBag) -> usize {
    let value = |value: Option<&str>| value.map_or(0, str::len);
    let system: usize = bag.system_properties().map(|(_, own)| value(own)).sum();
    let application: usize = bag.application().map(|(name, own)| name.len() + value(own)).sum();
    system + application
}

#[cfg(test)]
mod tests {
    use nanorig_trace::event::{CloseHow, ConnId, Party};
    use serde_json::{Value, json};

    use crate::Verdict;
    use crate::testing::Story;

    fn asked(size: u64) -> (Story, ConnId) {
        let mut story = Story::new();
        let conn = story.at(1.0).subscribed_session();
        story.at(2.0).action("telemetry.send", json!({ "size": size }));
        (story, conn)
    }

    fn refused(size: u64) -> (Story, ConnId) {
        let (mut story, conn) = asked(size);
        story.at(2.1).outcome("telemetry.send", false, json!({ "error": "too-large" }));
        (story, conn)
    }

    #[test]
    fn refusing_it_and_staying_passes() {
        for (size, verdict) in [(262_144, Verdict::Inconclusive), (262_145, Verdict::Pass)] {
            let (mut story, conn) = refused(size);
            story.at(60.0).leaves(conn);
            story.expect("HUB-D2C-05", verdict);
        }
        let mut story = Story::new();
        let conn = story.at(1.0).subscribed_session();
        story.action("telemetry.send", json!({ "body": "x".repeat(300_000) }));
        story.outcome("telemetry.send", false, Value::Null).at(60.0).leaves(conn);
        story.expect("HUB-D2C-05", Verdict::Pass);
    }

    #[test]
    fn sending_it_fails_whatever_the_application_is_told() {
        let (mut story, conn) = asked(300_000);
        story.telemetry(conn, 2, &"x".repeat(300_000)).disconnected(conn, "oversize");
        story.expect("HUB-D2C-05", Verdict::Fail);
        let (mut story, conn) = asked(300_000);
        story.cloud_connected(conn, "sas").disconnected(conn, "oversize");
        story.expect("HUB-D2C-05", Verdict::Fail);
        let (mut story, conn) = asked(300_000);
        story.outcome("telemetry.send", true, json!({})).at(60.0).leaves(conn);
        story.expect("HUB-D2C-05", Verdict::Fail);
    }

    /// Asked for, with a property of ten bytes.
    fn with_property(body: usize) -> (Story, ConnId) {
        let mut story = Story::new();
        let conn = story.at(1.0).subscribed_session();
        let args = json!({ "size": body, "properties": { "name": "value!" } });
        story.at(2.0).action("telemetry.send", args);
        (story, conn)
    }

    #[test]
    fn properties_count_as_the_body_does() {
        for (body, verdict) in [(262_134, Verdict::Inconclusive), (262_135, Verdict::Pass)] {
            let (mut story, conn) = with_property(body);
            story.outcome("telemetry.send", false, json!({ "error": "too-large" })).at(60.0).leaves(conn);
            story.expect("HUB-D2C-05", verdict);
        }
        let (mut story, conn) = with_property(262_135);
        let topic = "devices/nano-01/messages/events/name=value%21";
        story.publishes(conn, topic, &"x".repeat(262_135), Some(2));
        story.expect("HUB-D2C-05", Verdict::Fail);
    }

    #[test]
    fn closing_over_it_fails_unless_somebody_wants_it() {
        let (mut story, conn) = refused(300_000);
        story.at(12.0).close(conn, Party::Device, CloseHow::Orderly);
        story.expect("HUB-D2C-05", Verdict::Fail);
        let (mut story, conn) = refused(300_000);
        story.at(3.0).action("hub.close", json!({})).leaves(conn);
        story.expect("HUB-D2C-05", Verdict::Inconclusive);
        let (mut story, conn) = refused(300_000);
        story.at(3.0).cut(conn);
        story.expect("HUB-D2C-05", Verdict::Inconclusive);
    }

    #[test]
    fn without_a_connection_or_a_large_message_it_is_inconclusive() {
        let mut story = Story::new();
        story.at(1.0).action("telemetry.send", json!({ "size": 300_000 }));
        story.outcome("telemetry.send", false, json!({ "error": "not-connected" }));
        story.expect("HUB-D2C-05", Verdict::Inconclusive);
        let (mut story, conn) = refused(100);
        story.at(60.0).leaves(conn);
        story.expect("HUB-D2C-05", Verdict::Inconclusive);
    }
}
