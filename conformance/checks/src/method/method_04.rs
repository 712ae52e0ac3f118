//! METHOD-04: calls that overlap are all answered.

use super::method_01::judge_call;
use crate::view::MethodCall;
use crate::{Check, Finding, Tally, View};

pub(crate) const CHECK: Check = Check { id: "METHOD-04", always: false, judge };

fn judge(view: &View<'_>) -> Finding {
    let mut tally = Tally::default();
    for connection in view.connections_to("hub") {
        let calls = connection.method_calls();
        for call in &calls {
            let overlapped = calls
                .iter()
                .any(|other| other.rid != call.rid && (overlaps(other, call) || overlaps(call, other)));
            if overlapped {
                judge_call(view, connection, call, &mut tally);
            }
        }
    }
    tally.finish(
        "calls that overlapped were all answered",
        "a call was not answered while another ran",
        "no calls overlapped",
    )
}

/// True when `later` came while `earlier` was waiting for its answer.
fn overlaps(earlier: &MethodCall<'_>, later: &MethodCall<'_>) -> bool {
    earlier.at < later.at && earlier.answers.first().is_none_or(|answer| answer.at > later.at)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::Verdict;
    use crate::testing::Story;

    fn overlapping(answers: &[&str]) -> Story {
        let mut story = Story::new();
        let conn = story.at(1.0).subscribed_session();
        for rid in ["1", "2", "3"] {
            story.at(2.0).stimulus("cloud", "method.invoke", json!({ "name": "slow" }));
            story.calls_method(conn, "slow", rid, "null");
        }
        story.at(7.0);
        for rid in answers {
            story.answers_method(conn, 200, rid);
        }
        story.at(50.0).leaves(conn);
        story
    }

    #[test]
    fn all_answers_in_any_order_pass_and_a_missing_one_fails() {
        overlapping(&["2", "3", "1"]).expect("METHOD-04", Verdict::Pass);
        overlapping(&["2", "3"]).expect("METHOD-04", Verdict::Fail);
    }

    #[test]
    fn one_after_the_other_is_inconclusive() {
        let mut story = Story::new();
        let conn = story.at(1.0).subscribed_session();
        for rid in ["1", "2"] {
            story.calls_method(conn, "add", rid, "null").answers_method(conn, 200, rid);
        }
        story.expect("METHOD-04", Verdict::Inconclusive);
    }
}
