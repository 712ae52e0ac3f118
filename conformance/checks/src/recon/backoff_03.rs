//! RECON-BACKOFF-03: a session that lives for seconds only does not start the delays afresh.

use super::backoff_01::{judge_end, judge_growth};
use super::series::{Delay, series};
use crate::{Check, Finding, Tally, View};

pub(crate) const CHECK: Check = Check { id: "RECON-BACKOFF-03", always: false, judge };

fn judge(view: &View<'_>) -> Finding {
    let mut tally = Tally::default();
    let short: Vec<Vec<Delay>> = series(view, "hub")
        .into_iter()
        .filter(|series| series.iter().filter(|delay| delay.after_session).count() >= 3)
        .collect();
    judge_growth(&short, &mut tally);
    judge_end(view, &mut tally);
    tally.finish(
        "delays grow over short sessions",
        "a short session starts the delays afresh",
        "fewer than three short sessions followed each other",
    )
}

#[cfg(test)]
mod tests {
    use super::super::series::tests::cut;
    use crate::Verdict;
    use crate::testing::Story;

    #[test]
    fn growth_over_short_sessions_passes_and_starting_afresh_fails() {
        cut(&[1.3, 6.9, 15.0, 90.0]).expect("RECON-BACKOFF-03", Verdict::Pass);
        cut(&[1.0, 1.02, 1.0, 1.01]).expect("RECON-BACKOFF-03", Verdict::Fail);
        cut(&[1.9, 2.3, 1.2, 2.8, 1.6, 2.2, 2.9, 1.4]).expect("RECON-BACKOFF-03", Verdict::Fail);
    }

    #[test]
    fn long_sessions_are_inconclusive() {
        let mut story = Story::new();
        for round in 0..5_u32 {
            let conn = story.at(f64::from(round) * 100.0).session(true);
            story.at(f64::from(round) * 100.0 + 98.0).cut(conn);
        }
        story.expect("RECON-BACKOFF-03", Verdict::Inconclusive);
    }
}
