//! MQTT-QOS1-02: a message counts as delivered once its own PUBACK has come.

use nanorig_trace::event::DeviceEvent;
use nanorig_wire::mqtt::{PacketId, Publish, QoS};

use crate::view::At;
use crate::{Check, Finding, Tally, View};

pub(crate) const CHECK: Check = Check { id: "MQTT-QOS1-02", always: false, judge };

/// A message of the device and when the hub acknowledged it.
struct Message<'v> {
    id: Option<PacketId>,
    publish: &'v Publish,
    acknowledged: Option<At>,
}

fn judge(view: &View<'_>) -> Finding {
    let messages = messages(view);
    // Where a session was lost, messages go out again as new ones: then only their number can be compared.
    let unbroken = view.successions("hub").iter().all(|pair| pair.after.session_present());
    // A queue that is full leaves messages out that the application has counted.
    let told = view.device_events().filter_map(|(_, event)| match event {
        DeviceEvent::TelemetrySent { number, .. } => Some(*number),
        _ => None,
    });
    let complete = told.max().is_none_or(|most| most <= messages.len() as u64);
    let mut tally = Tally::default();
    let mut confirmed = 0;
    for (at, event) in view.device_events() {
        let DeviceEvent::TelemetrySent { number, confirmed: true } = event else { continue };
        confirmed += 1;
        let by_then =
            |message: &&Message<'_>| message.acknowledged.is_some_and(|acknowledged| acknowledged < at);
        let own = usize::try_from(*number).ok().and_then(|number| messages.get(number.checked_sub(1)?));
        if messages.iter().filter(by_then).count() < confirmed {
            tally.bad(at, format!("message {number} counts as delivered with no PUBACK for it"));
        } else if let Some(own) = own.filter(|own| unbroken && complete && !by_then(own)) {
            let id = own.id.map_or(0, PacketId::get);
            tally.bad(
                at,
                format!("message {number} counts as delivered by the PUBACK of another, its own is {id}"),
            );
        } else {
            tally.good(at, format!("message {number} counts as delivered after its PUBACK"));
        }
    }
    if !tally.has_bad() && messages.is_empty() {
        return Finding::inconclusive("no telemetry was sent at QoS 1");
    }
    tally.finish(
        "messages counted as delivered after their own PUBACK",
        "a message counted as delivered too early",
        "the device did not say of any message that it was delivered",
    )
}

/// Telemetry at QoS 1 in the order of its first sending.
fn messages<'v>(view: &'v View<'_>) -> Vec<Message<'v>> {
    let mut messages: Vec<Message<'v>> = Vec::new();
    for connection in view.connections_to("hub") {
        for (at, _, publish) in connection.telemetry() {
            if publish.qos == QoS::AtMostOnce {
                continue;
            }
            let acknowledged = connection
                .pubacks_received()
                .find(|(when, id)| *when > at && Some(*id) == publish.id)
                .map(|(when, _)| when);
            let again = messages.iter_mut().rev().find(|message| {
                publish.dup && message.id == publish.id && message.publish.payload == publish.payload
            });
            match again {
                Some(message) => message.acknowledged = message.acknowledged.or(acknowledged),
                None => messages.push(Message { id: publish.id, publish, acknowledged }),
            }
        }
    }
    messages
}

#[cfg(test)]
mod tests {
    use crate::Verdict;
    use crate::testing::Story;

    #[test]
    fn confirmation_after_the_puback_passes_and_before_it_fails() {
        for (early, verdict) in [(false, Verdict::Pass), (true, Verdict::Fail)] {
            let mut story = Story::new();
            let conn = story.at(1.0).session(false);
            story.telemetry(conn, 1, "{}");
            if early {
                story.confirms(1);
            }
            story.at(31.0).puback(conn, 1);
            if !early {
                story.confirms(1);
            }
            story.expect("MQTT-QOS1-02", verdict);
        }
    }

    #[test]
    fn the_puback_of_another_message_fails() {
        let mut story = Story::new();
        let conn = story.at(1.0).session(false);
        story.telemetry(conn, 1, "a").telemetry(conn, 2, "b").puback(conn, 2).confirms(1);
        story.expect("MQTT-QOS1-02", Verdict::Fail);
    }

    #[test]
    fn where_the_queue_left_messages_out_their_number_alone_is_compared() {
        let mut story = Story::new();
        let conn = story.at(1.0).session(false);
        // The second was never sent.
        story.telemetry(conn, 1, "1").telemetry(conn, 2, "3").puback(conn, 1).confirms(1).confirms(3);
        story.expect("MQTT-QOS1-02", Verdict::Fail);
        let mut story = Story::new();
        let conn = story.at(1.0).session(false);
        story.telemetry(conn, 1, "1").telemetry(conn, 2, "3").puback(conn, 1).puback(conn, 2);
        story.confirms(1).confirms(3);
        story.expect("MQTT-QOS1-02", Verdict::Pass);
    }

    #[test]
    fn nothing_confirmed_is_inconclusive() {
        let mut story = Story::new();
        let conn = story.at(1.0).session(false);
        story.telemetry(conn, 1, "a").puback(conn, 1);
        story.expect("MQTT-QOS1-02", Verdict::Inconclusive);
    }
}
