//! TWIN-REP-01: reports are valid, and their answers are taken for what they say.

use std::time::Duration;

use serde_json::{Map, Value};

use crate::view::{TwinOperation, TwinRequest};
use crate::{Check, Finding, Tally, View};

pub(crate) const CHECK: Check = Check { id: "TWIN-REP-01", always: false, judge };

/// Trying again sooner is no back-off.
const LEAST_DELAY: Duration = Duration::from_secs(1);
/// What has to be tried again has been by then.
const TRIED_WITHIN: Duration = Duration::from_secs(600);

fn judge(view: &View<'_>) -> Finding {
    let mut tally = Tally::default();
    let requests: Vec<TwinRequest<'_>> = view
        .connections_to("hub")
        .flat_map(|connection| connection.twin_requests())
        .filter(|request| request.operation == TwinOperation::Report)
        .collect();
    for (index, request) in requests.iter().enumerate() {
        judge_report(view, request, &requests[index + 1..], &mut tally);
    }
    // That a success is taken for one shows little: the failures are what a device has to heed.
    let refused = |request: &TwinRequest<'_>| request.answer.is_some_and(|answer| answer.status >= 400);
    if !tally.is_empty() && !tally.has_bad() && !requests.iter().any(refused) {
        return Finding::inconclusive("reports were valid, but the hub refused none");
    }
    tally.finish(
        "reports were valid and their answers heeded",
        "a report was invalid, or its answer not heeded",
        "nothing was reported",
    )
}

fn judge_report(view: &View<'_>, request: &TwinRequest<'_>, later: &[TwinRequest<'_>], tally: &mut Tally) {
    let Ok(Value::Object(patch)) = serde_json::from_slice(request.payload) else {
        return tally.bad(request.at, "the report is no JSON object");
    };
    if let Some(name) = patch.keys().find(|name| name.starts_with('$') || name.contains(['.', ' '])) {
        return tally.bad(request.at, format!("the report has the key {name:?}, which twins cannot have"));
    }
    let Some(answer) = request.answer else { return };
    let again = later.iter().find(|other| other.at > answer.at && other.payload == request.payload);
    let status = answer.status;
    match (status, again) {
        (200..=299, _) => tally.good(answer.at, format!("{status} for a valid report")),
        (429 | 500..=599, Some(other)) if other.at.since(answer.at) < LEAST_DELAY => {
            tally.bad(other.at, format!("tried again {:?} after {status}", other.at.since(answer.at)));
        }
        (429 | 500..=599, Some(other)) => {
            tally.good(
                other.at,
                format!("tried again {:.1} s after {status}", other.at.since(answer.at).as_secs_f64()),
            );
        }
        (429 | 500..=599, None) => {
            let carried = later.iter().find(|other| other.at > answer.at && carries(other, request));
            if let Some(other) = carried {
                tally.good(other.at, format!("its properties were reported again after {status}"));
            } else if view.end().since(answer.at) > TRIED_WITHIN {
                tally.bad(answer.at, format!("{status} and never tried again"));
            }
        }
        (_, Some(other)) if other.at.since(answer.at) < TRIED_WITHIN => {
            tally.bad(other.at, format!("the same report again after {status}"));
        }
        _ => tally.good(answer.at, format!("{status} and not tried again")),
    }
}

/// True when a later report has all properties of an earlier one, with newer values perhaps.
pub(crate) fn carries(later: &TwinRequest<'_>, earlier: &TwinRequest<'_>) -> bool {
    let patch =
        |request: &TwinRequest<'_>| serde_json::from_slice::<Map<String, Value>>(request.payload).ok();
    let reports = [later, earlier].iter().all(|request| request.operation == TwinOperation::Report);
    let patches = patch(later).zip(patch(earlier)).filter(|_| reports);
    patches.is_some_and(|(later, earlier)| earlier.keys().all(|name| later.contains_key(name)))
}

#[cfg(test)]
mod tests {
    use crate::Verdict;
    use crate::testing::Story;

    fn reported(patch: &str, status: u16) -> (Story, nanorig_trace::event::ConnId) {
        let mut story = Story::new();
        let conn = story.at(1.0).subscribed_session();
        story.twin_report(conn, "1", patch).twin_answer(conn, "1", status, "");
        (story, conn)
    }

    #[test]
    fn no_report_no_answer_and_success_alone_are_inconclusive() {
        let mut story = Story::new();
        let conn = story.at(1.0).subscribed_session();
        story.expect("TWIN-REP-01", Verdict::Inconclusive);
        story.twin_report(conn, "1", r#"{"a":1}"#);
        story.expect("TWIN-REP-01", Verdict::Inconclusive);
        story.twin_answer(conn, "1", 204, "");
        story.expect("TWIN-REP-01", Verdict::Inconclusive);
    }

    #[test]
    fn what_is_no_json_fails() {
        for patch in ["{a:1}", "[1]", r#"{"$version":3}"#] {
            reported(patch, 400).0.expect("TWIN-REP-01", Verdict::Fail);
        }
    }

    #[test]
    fn throttling_is_answered_with_patience() {
        for (second, verdict) in [(1.9, Verdict::Fail), (2.1, Verdict::Pass)] {
            let (mut story, conn) = reported(r#"{"a":1}"#, 429);
            story.at(second).twin_report(conn, "2", r#"{"a":1}"#);
            story.expect("TWIN-REP-01", verdict);
        }
        let (mut story, conn) = reported(r#"{"a":1}"#, 500);
        story.at(602.0).telemetry(conn, 9, "{}");
        story.expect("TWIN-REP-01", Verdict::Fail);
    }

    #[test]
    fn a_bad_request_is_not_repeated() {
        let (mut story, conn) = reported(r#"{"a":1}"#, 400);
        story.expect("TWIN-REP-01", Verdict::Pass);
        story.at(30.0).twin_report(conn, "2", r#"{"a":1}"#);
        story.expect("TWIN-REP-01", Verdict::Fail);
    }
}
