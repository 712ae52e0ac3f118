//! METHOD-02: a method that nobody serves is answered with an error.

use super::method_01::{UNDECIDED, answer_due, is_ordinary};
use crate::view::{Connection, MethodCall};
use crate::{Check, Finding, Tally, View};

pub(crate) const CHECK: Check = Check { id: "METHOD-02", always: false, judge };

fn judge(view: &View<'_>) -> Finding {
    let mut tally = Tally::default();
    let mut called = false;
    for connection in view.connections_to("hub") {
        let calls = connection.method_calls();
        for call in calls.iter().filter(|call| is_ordinary(call) && !is_served(view, call)) {
            called = true;
            judge_call(view, connection, call, &mut tally);
        }
    }
    let nothing = match called {
        true => UNDECIDED,
        false => "no unknown method was called",
    };
    tally.finish(
        "unknown methods were answered with an error",
        "an unknown method was not answered with an error",
        nothing,
    )
}

fn judge_call(view: &View<'_>, connection: &Connection<'_>, call: &MethodCall<'_>, tally: &mut Tally) {
    let name = &call.name;
    let Some(answer) = call.answers.first() else {
        if connection.lasts(call.at, answer_due(view, call), view.end()) {
            tally.bad(call.at, format!("{name} is unknown and was not answered"));
        }
        return;
    };
    match answer.status {
        status @ (404 | 501) => tally.good(answer.at, format!("{name} is unknown: {status}")),
        status if status >= 400 => {
            tally.doubtful(answer.at, format!("{name} is unknown and answered with {status}"));
        }
        status => tally.bad(answer.at, format!("{name} is unknown and answered with {status}")),
    }
}

/// The application was told to serve this method before it was called.
fn is_served(view: &View<'_>, call: &MethodCall<'_>) -> bool {
    view.calls_named("method.serve")
        .any(|serve| serve.at < call.at && serve.text("name") == Some(call.name.as_str()))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::Verdict;
    use crate::testing::Story;

    fn called(name: &str, status: Option<i32>) -> Story {
        let mut story = Story::new();
        let conn = story.at(1.0).subscribed_session();
        story.action("method.serve", json!({ "name": "add" }));
        story.at(2.0).stimulus("cloud", "method.invoke", json!({ "name": name, "timeout": 60_000_000 }));
        story.calls_method(conn, name, "1", "null");
        if let Some(status) = status {
            story.answers_method(conn, status, "1");
        }
        story.at(62.0).leaves(conn);
        story
    }

    #[test]
    fn the_statuses_of_the_convention_pass() {
        called("subtract", Some(404)).expect("METHOD-02", Verdict::Pass);
        called("subtract", Some(501)).expect("METHOD-02", Verdict::Pass);
        called("subtract", Some(500)).expect("METHOD-02", Verdict::PassWithWarning);
    }

    #[test]
    fn success_and_silence_fail() {
        called("subtract", Some(200)).expect("METHOD-02", Verdict::Fail);
        called("subtract", None).expect("METHOD-02", Verdict::Fail);
    }

    #[test]
    fn silence_before_the_callers_time_is_over_is_inconclusive() {
        let mut story = Story::new();
        let conn = story.at(1.0).subscribed_session();
        story.at(2.0).stimulus("cloud", "method.invoke", json!({ "name": "add", "timeout": 60_000_000 }));
        story.calls_method(conn, "add", "1", "null").at(61.9).leaves(conn);
        let finding = story.expect("METHOD-02", Verdict::Inconclusive);
        assert_eq!(finding.summary, "no call was over, or followed for as long as its answer may take");
    }

    #[test]
    fn a_known_method_is_inconclusive() {
        called("add", Some(200)).expect("METHOD-02", Verdict::Inconclusive);
    }
}
