//! HUB-THROT-01: a throttled device slows down, and goes on afterwards.

use std::time::Duration;

use nanorig_wire::mqtt::ConnectCode;

use crate::recon::growth::Growth;
use crate::twin::rep_01::carries;
use crate::view::{At, TwinRequest};
use crate::{Check, Finding, Tally, View};

pub(crate) const CHECK: Check = Check { id: "HUB-THROT-01", always: false, judge };

/// Asking again sooner is no slowing down.
const LEAST_DELAY: Duration = Duration::from_secs(1);
/// What was throttled has been tried again by then.
const RESUMES_WITHIN: Duration = Duration::from_secs(600);

fn judge(view: &View<'_>) -> Finding {
    let mut tally = Tally::default();
    let mut delays: Vec<(At, Duration)> = Vec::new();
    let requests: Vec<TwinRequest<'_>> =
        view.connections_to("hub").flat_map(|connection| connection.twin_requests()).collect();
    for (index, request) in requests.iter().enumerate() {
        let Some(answer) = request.answer.filter(|answer| answer.status == 429) else { continue };
        let again = requests[index + 1..].iter().find(|later| {
            later.at > answer.at && later.operation == request.operation && later.payload == request.payload
        });
        // A newer report may carry what was refused; when it comes is the application's choice.
        let carried =
            requests[index + 1..].iter().find(|later| later.at > answer.at && carries(later, request));
        match (again, carried) {
            (Some(later), _) => delays.push((later.at, later.at.since(answer.at))),
            (None, Some(later)) => tally.good(later.at, "a newer report carries what was throttled"),
            (None, None) if view.end().since(answer.at) > RESUMES_WITHIN => {
                tally.bad(answer.at, "the request was throttled here and never tried again");
            }
            (None, None) => {}
        }
    }
    judge_delays(&delays, "twin requests", &mut tally);
    let refused: Vec<At> = view
        .connections_to("hub")
        .filter_map(|connection| connection.connack())
        .filter(|(_, connack)| connack.code == ConnectCode::ServerUnavailable)
        .map(|(at, _)| at)
        .collect();
    let returns = refused.iter().filter_map(|at| {
        let next = view.connections_to("hub").find(|connection| connection.opened > *at)?;
        Some((next.opened, next.opened.since(*at)))
    });
    judge_delays(&returns.collect::<Vec<_>>(), "connections", &mut tally);
    if let Some(last) = refused.last() {
        match view.next_accepted("hub", *last) {
            Some(back) => tally.good(back.opened, "connected again after it was refused"),
            None if view.end().since(*last) > RESUMES_WITHIN => {
                tally.bad(*last, "refused here and never connected again")
            }
            None => {}
        }
    }
    tally.finish(
        "the device slowed down and went on afterwards",
        "the device did not slow down, or did not go on",
        "nothing was throttled",
    )
}

fn judge_delays(delays: &[(At, Duration)], what: &str, tally: &mut Tally) {
    if let Some((at, delay)) = delays.iter().find(|(_, delay)| *delay < LEAST_DELAY) {
        return tally.bad(*at, format!("{what}: tried again after {delay:?}"));
    }
    let Some((at, _)) = delays.last() else { return };
    let spans: Vec<Duration> = delays.iter().map(|(_, delay)| *delay).collect();
    let listed: Vec<String> = spans.iter().map(|span| format!("{:.1}", span.as_secs_f64())).collect();
    let text = format!("{what}: tried again after {} s", listed.join(", "));
    match Growth::of(&spans) {
        growth @ (Growth::None | Growth::Constant | Growth::Linear) => {
            tally.bad(*at, format!("{text}, which is {}", growth.name()));
        }
        Growth::StrictExponential => tally.doubtful(*at, format!("{text} without a random part")),
        Growth::Unknown | Growth::Exponential => tally.good(*at, text),
    }
}

#[cfg(test)]
mod tests {
    use nanorig_wire::mqtt::ConnectCode;

    use crate::Verdict;
    use crate::testing::Story;

    fn throttled(delays: &[f64]) -> Story {
        let mut story = Story::new();
        let conn = story.at(1.0).subscribed_session();
        let mut now = 2.0;
        for (number, delay) in delays.iter().enumerate() {
            let rid = number.to_string();
            story.at(now).twin_get(conn, &rid).twin_answer(conn, &rid, 429, "{}");
            now += delay;
        }
        story.at(now).reads_twin(conn, "last", 3);
        story
    }

    #[test]
    fn growing_delays_pass_and_others_fail() {
        throttled(&[1.5, 3.2, 4.4, 11.0]).expect("HUB-THROT-01", Verdict::Pass);
        throttled(&[0.9]).expect("HUB-THROT-01", Verdict::Fail);
        throttled(&[5.0, 5.0, 5.0, 5.0]).expect("HUB-THROT-01", Verdict::Fail);
        throttled(&[1.0, 2.0, 4.0, 8.0]).expect("HUB-THROT-01", Verdict::PassWithWarning);
    }

    #[test]
    fn giving_up_fails() {
        let mut story = Story::new();
        let conn = story.at(1.0).subscribed_session();
        story.twin_get(conn, "1").twin_answer(conn, "1", 429, "{}").at(602.0).telemetry(conn, 1, "{}");
        story.expect("HUB-THROT-01", Verdict::Fail);
    }

    #[test]
    fn a_newer_report_may_carry_the_throttled_one() {
        for (newer, verdict) in [(r#"{"a":2,"b":1}"#, Verdict::Pass), (r#"{"b":1}"#, Verdict::Fail)] {
            let mut story = Story::new();
            let conn = story.at(1.0).subscribed_session();
            story.twin_report(conn, "1", r#"{"a":1}"#).twin_answer(conn, "1", 429, "{}");
            story.at(5.0).twin_report(conn, "2", newer).twin_answer(conn, "2", 204, "");
            story.at(700.0).telemetry(conn, 1, "{}");
            story.expect("HUB-THROT-01", verdict);
        }
    }

    #[test]
    fn no_throttling_and_a_run_that_ends_at_once_are_inconclusive() {
        let mut story = Story::new();
        let conn = story.at(1.0).subscribed_session();
        story.expect("HUB-THROT-01", Verdict::Inconclusive);
        story.twin_get(conn, "1").twin_answer(conn, "1", 429, "{}");
        story.expect("HUB-THROT-01", Verdict::Inconclusive);
    }

    #[test]
    fn refused_connections_count_too() {
        let mut story = Story::new();
        story.at(1.0).refused_session(ConnectCode::ServerUnavailable);
        story.at(1.2).session(false);
        story.expect("HUB-THROT-01", Verdict::Fail);
    }
}
