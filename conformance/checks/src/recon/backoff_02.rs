//! RECON-BACKOFF-02: a device whose session is cut waits, and longer each time.

use std::time::Duration;

use super::backoff_01::{judge_end, judge_growth};
use super::series::{series, was_cut};
use crate::{Check, Finding, Tally, View};

pub(crate) const CHECK: Check = Check { id: "RECON-BACKOFF-02", always: false, judge };

/// The least first delay.
const LEAST_FIRST: Duration = Duration::from_secs(1);

fn judge(view: &View<'_>) -> Finding {
    let mut tally = Tally::default();
    let cut = view.attempts("hub").iter().any(was_cut);
    let all = series(view, "hub");
    for delay in all.iter().flatten().filter(|delay| delay.after_session) {
        if delay.span < LEAST_FIRST {
            tally.bad(delay.at, format!("comes back {:?} after its session was cut", delay.span));
        } else {
            tally.good(
                delay.at,
                format!("comes back {:.1} s after its session was cut", delay.span.as_secs_f64()),
            );
        }
    }
    // A session that was cut begins a series; what fails until the next one is part of it.
    let after: Vec<_> =
        all.into_iter().filter(|series| series.iter().any(|delay| delay.after_session)).collect();
    if cut {
        judge_growth(&after, &mut tally);
    }
    judge_end(view, &mut tally);
    tally.finish(
        "the device waits after a cut, and longer each time",
        "the device does not back off after a cut",
        "no session was cut",
    )
}

#[cfg(test)]
mod tests {
    use super::super::series::tests::{cut, unanswered};
    use crate::Verdict;

    #[test]
    fn growing_delays_pass_and_others_fail() {
        cut(&[1.1, 2.7, 6.0, 11.9, 30.2]).expect("RECON-BACKOFF-02", Verdict::Pass);
        cut(&[5.0, 5.0, 5.0, 5.0, 5.0]).expect("RECON-BACKOFF-02", Verdict::Fail);
        cut(&[2.0, 4.0, 6.0, 8.0, 10.0]).expect("RECON-BACKOFF-02", Verdict::Fail);
    }

    #[test]
    fn the_first_delay_has_a_least_length() {
        cut(&[1.0]).expect("RECON-BACKOFF-02", Verdict::Pass);
        cut(&[0.9]).expect("RECON-BACKOFF-02", Verdict::Fail);
    }

    #[test]
    fn without_a_session_it_is_inconclusive() {
        unanswered(&[2.3, 3.1, 7.7]).expect("RECON-BACKOFF-02", Verdict::Inconclusive);
    }
}
