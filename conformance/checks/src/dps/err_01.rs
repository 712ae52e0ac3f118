//! DPS-ERR-01: a refusal stops the hammering and is told for what it is.

use std::time::Duration;

use nanorig_trace::event::DeviceEvent;

use super::exchange::requests;
use crate::view::At;
use crate::{Check, Finding, Tally, View};

pub(crate) const CHECK: Check = Check { id: "DPS-ERR-01", always: true, judge };

const MINUTE: Duration = Duration::from_secs(60);
/// The application has learned of the refusal by then.
const SAYS_WITHIN: Duration = Duration::from_secs(30);

fn judge(view: &View<'_>) -> Finding {
    let most = view.number("dps_refused_max");
    let mut tally = Tally::default();
    let refusals: Vec<(At, &'static str)> = requests(view)
        .into_iter()
        .filter_map(|request| request.answer)
        .filter_map(|answer| answer.refusal().map(|kind| (answer.at, kind)))
        .collect();
    for (index, (at, kind)) in refusals.iter().enumerate() {
        judge_report(view, *at, kind, &mut tally);
        let count = refusals[index..].iter().take_while(|(later, _)| later.since(*at) < MINUTE).count();
        if count as f64 > most {
            tally.bad(
                *at,
                format!("refused {count} times within a minute from here, at most {most} are allowed"),
            );
        }
    }
    tally.finish(
        "refusals were told and not answered by hammering",
        "a refusal was not told, or answered by hammering",
        "DPS refused nothing",
    )
}

fn judge_report(view: &View<'_>, at: At, kind: &str, tally: &mut Tally) {
    let told = view.device_events().find_map(|(when, event)| match event {
        DeviceEvent::RegistrationFailed { error, .. } if when > at && when.since(at) <= SAYS_WITHIN => {
            Some((when, error))
        }
        _ => None,
    });
    match told {
        Some((when, error)) if error == kind => tally.good(when, format!("told as {error}")),
        Some((when, error)) => tally.bad(when, format!("told as {error}, it was {kind}")),
        None if view.end().since(at) > SAYS_WITHIN => {
            tally.bad(at, format!("{kind}, and the application was not told"))
        }
        None => {}
    }
}

#[cfg(test)]
mod tests {
    use super::super::exchange::tests::{assigned, disabled, registers};
    use crate::Verdict;
    use crate::testing::{Story, dps_connect};
    use nanorig_trace::event::DeviceEvent;

    fn refused(story: &mut Story, second: f64, status: Option<u16>, told: Option<&str>) {
        let conn = story.at(second).session_with("dps", dps_connect(), false);
        registers(story, conn, "1");
        match status {
            Some(status) => assigned(story, conn, "1", status),
            None => disabled(story, conn, "1"),
        }
        if let Some(error) = told {
            story.event(DeviceEvent::RegistrationFailed {
                error: error.into(),
                code: 0,
                message: String::new(),
            });
        }
        story.leaves(conn);
    }

    #[test]
    fn each_refusal_with_its_name_passes() {
        for (status, error) in [(Some(401), "unauthorized"), (Some(404), "not-found"), (None, "disabled")] {
            let mut story = Story::new();
            refused(&mut story, 1.0, status, Some(error));
            story.expect("DPS-ERR-01", Verdict::Pass);
        }
    }

    #[test]
    fn the_wrong_name_and_silence_fail() {
        let mut story = Story::new();
        refused(&mut story, 1.0, Some(404), Some("unauthorized"));
        story.expect("DPS-ERR-01", Verdict::Fail);
        let mut story = Story::new();
        refused(&mut story, 1.0, Some(401), None);
        story.at(40.0).hub_status("Disconnected", "ok");
        story.expect("DPS-ERR-01", Verdict::Fail);
    }

    #[test]
    fn the_limit_comes_in_pairs() {
        for (last, verdict) in [(61.1, Verdict::Pass), (60.9, Verdict::Fail)] {
            let mut story = Story::new();
            for second in [1.0, 12.0, 24.0, 36.0, 48.0, last] {
                refused(&mut story, second, Some(401), Some("unauthorized"));
            }
            story.expect("DPS-ERR-01", verdict);
        }
    }

    #[test]
    fn success_and_a_refusal_in_the_last_moment_are_inconclusive() {
        for status in [200, 401] {
            let mut story = Story::new();
            refused(&mut story, 1.0, Some(status), None);
            story.expect("DPS-ERR-01", Verdict::Inconclusive);
        }
    }
}
