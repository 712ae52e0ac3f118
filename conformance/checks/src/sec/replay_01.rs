//! SEC-REPLAY-01: a command that is delivered twice is carried out once.

use nanorig_trace::event::{CloudEvent, DeviceEvent};

use crate::hub::{c2d_04, repeated};
use crate::view::{At, Connection, MethodCall};
use crate::{Check, Finding, Tally, View};

pub(crate) const CHECK: Check = Check { id: "SEC-REPLAY-01", always: false, judge };

fn judge(view: &View<'_>) -> Finding {
    let mut tally = Tally::default();
    for message in repeated::repeated(view) {
        c2d_04::judge_message(&message, &mut tally);
    }
    for connection in view.connections_to("hub") {
        judge_methods(view, connection, &mut tally);
    }
    tally.finish(
        "commands that came twice were carried out once",
        "a command that came twice was carried out twice",
        "no command came twice",
    )
}

/// Request ids begin afresh with each connection, so that a call can be known again on its own only.
fn judge_methods(view: &View<'_>, connection: &Connection<'_>, tally: &mut Tally) {
    for call in connection.method_calls() {
        let [_, .., last] = call.deliveries[..] else { continue };
        let ended = connection.ended(view.end());
        if called(view, connection, &call, ended) > 1 {
            continue;
        }
        let served = view.device_events_after(call.at).filter(|(at, event)| {
            *at <= ended
                && matches!(event, DeviceEvent::Method { name, rid, .. } if *name == call.name && *rid == call.rid)
        });
        let effects: Vec<At> = served.map(|(at, _)| at).collect();
        match effects[..] {
            [_, again, ..] => tally.bad(again, format!("{} ({}) is carried out again", call.name, call.rid)),
            [_] => {
                tally.good(last, format!("{} ({}) came again and was carried out once", call.name, call.rid))
            }
            [] => {}
        }
    }
}

/// How often the service called this method by this request id.
fn called(view: &View<'_>, connection: &Connection<'_>, call: &MethodCall<'_>, ended: At) -> usize {
    let calls = view.cloud_events_of(connection).filter(|(at, event)| {
        *at > connection.opened
            && *at <= ended
            && matches!(event, CloudEvent::MethodCalled { name, rid, .. } if *name == call.name && *rid == call.rid)
    });
    calls.count()
}

#[cfg(test)]
mod tests {
    use nanorig_trace::event::{CloudEvent, ConnId, DeviceEvent};
    use serde_json::Value;

    use crate::Verdict;
    use crate::hub::repeated::tests::{surfaces, twice};
    use crate::testing::Story;

    fn calls(story: &mut Story) {
        story.event(CloudEvent::MethodCalled {
            device: "nano-01".into(),
            name: "unlock".into(),
            rid: "1".into(),
            payload: Value::Null,
        });
    }

    fn serves(story: &mut Story, conn: ConnId) {
        story.answers_method(conn, 200, "1").event(DeviceEvent::Method {
            name: "unlock".into(),
            rid: "1".into(),
            status: 200,
            payload: Value::Null,
        });
    }

    /// The method comes twice and is served at the first time.
    fn called_twice() -> (Story, ConnId) {
        let mut story = Story::new();
        let conn = story.at(1.0).subscribed_session();
        calls(story.at(2.0));
        story.calls_method(conn, "unlock", "1", "null").calls_method(conn, "unlock", "1", "null").at(2.1);
        serves(&mut story, conn);
        (story, conn)
    }

    #[test]
    fn a_message_that_comes_twice_is_judged() {
        let (mut story, _) = twice();
        story.expect("SEC-REPLAY-01", Verdict::Pass);
        surfaces(&mut story);
        story.expect("SEC-REPLAY-01", Verdict::Fail);
    }

    #[test]
    fn a_method_that_comes_twice_is_judged() {
        let (mut story, conn) = called_twice();
        story.expect("SEC-REPLAY-01", Verdict::Pass);
        serves(&mut story, conn);
        story.expect("SEC-REPLAY-01", Verdict::Fail);
    }

    #[test]
    fn two_calls_of_one_request_id_are_inconclusive() {
        let (mut story, conn) = called_twice();
        calls(&mut story);
        serves(&mut story, conn);
        story.expect("SEC-REPLAY-01", Verdict::Inconclusive);
    }

    #[test]
    fn the_same_request_id_on_two_connections_is_inconclusive() {
        let mut story = Story::new();
        for second in [1.0, 10.0] {
            let conn = story.at(second).subscribed_session();
            story.calls_method(conn, "unlock", "1", "null");
            serves(&mut story, conn);
            story.at(second + 5.0).leaves(conn);
        }
        story.expect("SEC-REPLAY-01", Verdict::Inconclusive);
    }
}
