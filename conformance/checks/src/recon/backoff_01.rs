//! RECON-BACKOFF-01: the delay between failed attempts grows.

use std::time::Duration;

use super::growth::Growth;
use super::series::{Delay, gave_up, listed, series};
use crate::{Check, Finding, Tally, View};

pub(crate) const CHECK: Check = Check { id: "RECON-BACKOFF-01", always: false, judge };

fn judge(view: &View<'_>) -> Finding {
    let mut tally = Tally::default();
    let series = series(view, "hub");
    let failed: Vec<Vec<Delay>> = series
        .into_iter()
        // The first delay after a session is there, but it takes failures to see growth.
        .filter(|series| series.iter().any(|delay| !delay.after_session))
        .collect();
    judge_growth(&failed, &mut tally);
    judge_end(view, &mut tally);
    tally.finish(
        "the delay between attempts grows",
        "the delay between attempts does not grow as it should",
        "fewer than three attempts in a row failed",
    )
}

/// A device that does not try at all has no delay that grows.
pub(super) fn judge_end(view: &View<'_>, tally: &mut Tally) {
    if let Some(at) = gave_up(view, "hub") {
        tally.bad(at, "no attempt followed this");
    }
}

/// Judges all series of one device together.
pub(super) fn judge_growth(all: &[Vec<Delay>], tally: &mut Tally) {
    let spans: Vec<Vec<Duration>> =
        all.iter().map(|series| series.iter().map(|delay| delay.span).collect()).collect();
    let slices: Vec<&[Duration]> = spans.iter().map(Vec::as_slice).collect();
    let Some(last) = all.iter().flatten().max_by_key(|delay| delay.at) else { return };
    let texts: Vec<String> = all.iter().map(|series| listed(series)).collect();
    let growth = Growth::of_all(&slices);
    let text = format!("delays of {} s: {}", texts.join("; "), growth.name());
    match growth {
        Growth::Unknown => {}
        Growth::None | Growth::Constant | Growth::Linear => tally.bad(last.at, text),
        Growth::StrictExponential => tally.doubtful(last.at, text),
        Growth::Exponential => tally.good(last.at, text),
    }
}

#[cfg(test)]
mod tests {
    use super::super::series::tests::unanswered;
    use crate::Verdict;
    use crate::testing::Story;
    use serde_json::json;

    #[test]
    fn growing_delays_pass() {
        unanswered(&[2.3, 3.1, 7.7, 5.2, 27.0]).expect("RECON-BACKOFF-01", Verdict::Pass);
        unanswered(&[1.0, 2.0, 4.0, 8.0, 16.0]).expect("RECON-BACKOFF-01", Verdict::PassWithWarning);
    }

    #[test]
    fn constant_linear_and_no_delays_fail() {
        unanswered(&[10.0, 10.0, 10.0, 10.0, 10.0]).expect("RECON-BACKOFF-01", Verdict::Fail);
        unanswered(&[2.0, 4.0, 6.0, 8.0, 10.0]).expect("RECON-BACKOFF-01", Verdict::Fail);
        unanswered(&[0.0, 0.1, 0.0]).expect("RECON-BACKOFF-01", Verdict::Fail);
    }

    #[test]
    fn giving_up_fails() {
        for (second, verdict) in [(630.9, Verdict::Inconclusive), (631.0, Verdict::Fail)] {
            let mut story = unanswered(&[]);
            story.at(second).hub_status("Failed", "timeout");
            story.expect("RECON-BACKOFF-01", verdict);
        }
    }

    #[test]
    fn two_delays_are_inconclusive() {
        unanswered(&[2.3, 3.1]).expect("RECON-BACKOFF-01", Verdict::Inconclusive);
    }

    #[test]
    fn attempts_that_the_operator_wants_are_no_series() {
        let mut story = Story::new();
        for second in 1..10_u32 {
            story.at(f64::from(second)).action("hub.open", json!({}));
            let conn = story.secure("hub");
            story.cut(conn);
        }
        story.expect("RECON-BACKOFF-01", Verdict::Inconclusive);
    }
}
