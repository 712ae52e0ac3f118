//! METHOD-02: a method that nobody serves is answered with an error.

use super::method_01::{ANSWERED_WITHIN, is_ordinary};
use crate::view::MethodCall;
use crate::{Check, Finding, Tally, View};

pub(crate) const CHECK: Check = Check { id: "METHOD-02", always: false, judge };

fn judge(view: &View<'_>) -> Finding {
    let mut tally = Tally::default();
    for connection in view.connections_to("hub") {
        for call in
            connection.method_calls().iter().filter(|call| is_ordinary(call) && !is_served(view, call))
        {
            let name = &call.name;
            match call.answers.first() {
                Some(answer) if matches!(answer.status, 404 | 501) => {
                    tally.good(answer.at, format!("{name} is unknown: {}", answer.status));
                }
                Some(answer) if answer.status >= 400 => {
                    tally.doubtful(
                        answer.at,
                        format!("{name} is unknown and answered with {}", answer.status),
                    );
                }
                Some(answer) => {
                    tally.bad(answer.at, format!("{name} is unknown and answered with {}", answer.status))
                }
                None if connection.lasts(call.at, ANSWERED_WITHIN, view.end()) => {
                    tally.bad(call.at, format!("{name} is unknown and was not answered"));
                }
                None => {}
            }
        }
    }
    tally.finish(
        "unknown methods were answered with an error",
        "an unknown method was not answered with an error",
        "no unknown method was called",
    )
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
        story.at(2.0).calls_method(conn, name, "1", "null");
        if let Some(status) = status {
            story.answers_method(conn, status, "1");
        }
        story.at(40.0).leaves(conn);
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
    fn a_known_method_is_inconclusive() {
        called("add", Some(200)).expect("METHOD-02", Verdict::Inconclusive);
    }
}
