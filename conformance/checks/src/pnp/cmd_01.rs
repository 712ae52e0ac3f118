//! PNP-CMD-01: every declared command is served, by its component's name where it belongs to one.
//!
//! What is declared is what the application was told to serve: name, type of the request, response.

use std::time::Duration;

use nanorig_trace::event::CloudEvent;
use serde_json::Value;

use super::property::is_same;
use crate::method::method_01::{ORDINARY, UNDECIDED, answer_due, judge_unheard};
use crate::view::{At, Connection, HarnessCall, MethodCall};
use crate::{Check, Finding, Tally, View};

pub(crate) const CHECK: Check = Check { id: "PNP-CMD-01", always: false, judge };

fn judge(view: &View<'_>) -> Finding {
    let mut tally = Tally::default();
    let mut called = false;
    for connection in view.connections_to("hub") {
        for call in connection.method_calls().iter().filter(|call| call.payload.len() <= ORDINARY) {
            if let Some(command) = Command::served(view, &call.name, call.at) {
                called = true;
                command.judge(view, connection, call, &mut tally);
            }
        }
    }
    for (at, event) in view.cloud_events() {
        if let CloudEvent::MethodFinished { device, name, by, .. } = event
            && by == "not-connected"
            && Command::served(view, name, at).is_some()
        {
            judge_unheard(view, at, (device, name), &mut tally);
        }
    }
    let nothing = match called {
        true => UNDECIDED,
        false => "no declared command was called",
    };
    tally.finish(
        "commands were served as they are declared",
        "a command was not served as it is declared",
        nothing,
    )
}

/// A command that the application was told to serve.
struct Command<'v> {
    status: u64,
    request: Option<&'v str>,
    response: Option<&'v Value>,
    takes: Duration,
}

impl<'v> Command<'v> {
    /// The command of this name, as it was served last before `at`.
    fn served(view: &'v View<'_>, name: &str, at: At) -> Option<Self> {
        let own = |call: &&HarnessCall<'_>| call.hand == "device" && call.text("name") == Some(name);
        let call = view.calls_named("method.serve").rev().filter(own).find(|call| call.at < at)?;
        Some(Self {
            status: call.count("status").unwrap_or(200),
            request: call.text("request"),
            response: call.args.get("response"),
            takes: call.span("takes").unwrap_or_default(),
        })
    }

    fn judge(&self, view: &View<'_>, connection: &Connection<'_>, call: &MethodCall<'_>, tally: &mut Tally) {
        let (name, at) = (&call.name, call.at);
        let limit = answer_due(view, call) + self.takes;
        let Some(answer) = call.answers.first() else {
            if connection.lasts(at, limit, view.end()) && !view.cut_off(connection, at.time, at.time + limit)
            {
                tally.bad(at, format!("{name} is not answered"));
            }
            return;
        };
        let status = answer.status;
        match self.takes(call.payload) {
            Some(false) if (400..500).contains(&status) => {
                tally.good(answer.at, format!("{name} refuses an invalid payload with {status}"));
            }
            Some(false) => tally.bad(answer.at, format!("{name} answers an invalid payload with {status}")),
            Some(true) if (200..300).contains(&self.status) => self.judge_response(call, tally),
            _ => {}
        }
    }

    fn judge_response(&self, call: &MethodCall<'_>, tally: &mut Tally) {
        let (name, answers) = (&call.name, call.answers.first());
        let Some(answer) = answers else { return };
        let (at, status) = (answer.at, answer.status);
        if !(200..300).contains(&status) {
            return tally.bad(at, format!("{name} answers a valid payload with {status}"));
        }
        let payload = serde_json::from_slice(answer.payload).unwrap_or(Value::Null);
        match self.response {
            Some(response) if !is_same(&payload, response) => {
                tally.bad(at, format!("{name} answers {payload} where {response} is declared"));
            }
            _ => tally.good(at, format!("{name} answers a valid payload with {status}")),
        }
    }

    /// Whether the payload is one that the command takes; none when the declaration does not say.
    fn takes(&self, payload: &[u8]) -> Option<bool> {
        if payload.is_empty() {
            return self.request.is_none().then_some(true);
        }
        let Ok(payload) = serde_json::from_slice::<Value>(payload) else { return Some(false) };
        let fits = match self.request {
            None => return Some(true),
            // A caller that gives no payload has the hub send this.
            Some(_) if payload.is_null() => return None,
            Some("boolean") => payload.is_boolean(),
            Some("number") => payload.is_number(),
            Some("text") => payload.is_string(),
            Some("list") => payload.is_array(),
            Some("map") => payload.is_object(),
            Some(_) => return None,
        };
        Some(fits)
    }
}

#[cfg(test)]
mod tests {
    use nanorig_trace::event::{CloudEvent, ConnId};
    use serde_json::{Value, json};

    use crate::Verdict;
    use crate::testing::Story;

    const NAME: &str = "thermostat1*reset";

    /// A device that serves a command of a component, which is called.
    fn called(payload: &str) -> (Story, ConnId) {
        let mut story = Story::new();
        let declared = json!({ "name": NAME, "request": "number", "response": { "ok": true } });
        story.action("method.serve", declared);
        let conn = story.at(1.0).subscribed_session();
        story.at(2.0).stimulus("cloud", "method.invoke", json!({ "name": NAME, "timeout": 60_000_000 }));
        story.calls_method(conn, NAME, "1", payload).at(2.1);
        (story, conn)
    }

    fn answers(payload: &str, status: u16, response: &str) -> Story {
        let (mut story, conn) = called(payload);
        story.publishes(conn, &format!("$iothub/methods/res/{status}/?$rid=1"), response, None);
        story
    }

    #[test]
    fn what_is_declared_passes() {
        answers("5", 200, r#"{"ok":true}"#).expect("PNP-CMD-01", Verdict::Pass);
        for invalid in [r#""five""#, "{}", "{", "5 5"] {
            answers(invalid, 400, "{}").expect("PNP-CMD-01", Verdict::Pass);
        }
    }

    #[test]
    fn each_deviation_fails() {
        for (payload, status, response) in [
            ("5", 404, "{}"),
            ("5", 200, r#"{"ok":1}"#),
            ("5", 200, ""),
            (r#""five""#, 200, r#"{"ok":true}"#),
            ("{", 500, "{}"),
        ] {
            answers(payload, status, response).expect("PNP-CMD-01", Verdict::Fail);
        }
        for (second, verdict) in [(61.9, Verdict::Inconclusive), (62.0, Verdict::Fail)] {
            let (mut story, conn) = called("5");
            story.at(second).leaves(conn);
            story.expect("PNP-CMD-01", verdict);
        }
    }

    #[test]
    fn a_device_that_does_not_listen_fails() {
        let mut story = Story::new();
        story.action("method.serve", json!({ "name": NAME }));
        let conn = story.at(1.0).session(false);
        story.at(40.0).event(CloudEvent::MethodFinished {
            device: "nano-01".into(),
            name: NAME.into(),
            rid: String::new(),
            status: 404,
            by: "not-connected".into(),
            payload: Value::Null,
        });
        story.at(50.0).leaves(conn);
        story.expect("PNP-CMD-01", Verdict::Fail);
    }

    #[test]
    fn what_nobody_declared_and_an_early_end_are_inconclusive() {
        let mut story = Story::new();
        let conn = story.at(1.0).subscribed_session();
        story.calls_method(conn, "other", "1", "5").answers_method(conn, 404, "1");
        story.expect("PNP-CMD-01", Verdict::Inconclusive);
        let (mut story, conn) = called("5");
        story.at(31.9).leaves(conn);
        let finding = story.expect("PNP-CMD-01", Verdict::Inconclusive);
        assert_eq!(finding.summary, "no call was over, or followed for as long as its answer may take");
        answers("null", 400, "{}").expect("PNP-CMD-01", Verdict::Inconclusive);
    }
}
