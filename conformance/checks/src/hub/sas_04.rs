//! HUB-SAS-04: a refusal for the credentials is not answered by hammering.

use std::time::Duration;

use nanorig_wire::mqtt::ConnectCode;

use crate::view::At;
use crate::{Check, Finding, Tally, View};

pub(crate) const CHECK: Check = Check { id: "HUB-SAS-04", always: true, judge };

const MINUTE: Duration = Duration::from_secs(60);
/// After the first refusals the device knows; from then on it is slow. One new token and one registration are no hammering.
const LEARNS_FROM: usize = 3;

fn judge(view: &View<'_>) -> Finding {
    let most = view.number("refused_max");
    let refused: Vec<At> = view
        .connections_to("hub")
        .filter_map(|connection| {
            let (at, connack) = connection.connack()?;
            let credentials = [ConnectCode::BadUserNameOrPassword, ConnectCode::NotAuthorized];
            credentials.contains(&connack.code).then_some(at)
        })
        .collect();
    let Some(&first) = refused.get(LEARNS_FROM - 1) else {
        return Finding::inconclusive(format!(
            "fewer than {LEARNS_FROM} CONNECTs were refused for their credentials"
        ));
    };
    let mut tally = Tally::default();
    for start in &refused {
        let count = refused.iter().filter(|at| **at >= *start && at.since(*start) < MINUTE).count();
        if count as f64 > most {
            tally.bad(
                *start,
                format!("refused {count} times within a minute from here, at most {most} are allowed"),
            );
        }
    }
    let start = refused[0];
    let reported = view
        .statuses("hub")
        .find(|(at, _, reason)| *at > start && matches!(*reason, "unauthorized" | "disabled"))
        .map(|(at, _, reason)| (at, format!("the device reports {reason}")));
    let provisions = view
        .connections_to("dps")
        .find(|connection| connection.opened > start)
        .map(|connection| (connection.opened, "the device asks DPS again".to_owned()));
    match provisions.or(reported) {
        Some((at, text)) => tally.good(at, text),
        None => tally.bad(first, "the device neither reports the refusals nor asks DPS"),
    }
    tally.finish(
        "the device slowed down and drew its conclusion",
        "the device hammered, or drew no conclusion",
        "no CONNECT was refused for its credentials",
    )
}

#[cfg(test)]
mod tests {
    use nanorig_wire::mqtt::ConnectCode;

    use crate::Verdict;
    use crate::testing::Story;

    fn refused(seconds: &[f64]) -> Story {
        let mut story = Story::new();
        for second in seconds {
            story.at(*second).refused_session(ConnectCode::NotAuthorized);
        }
        story
    }

    #[test]
    fn slow_attempts_with_a_report_pass() {
        let mut story = refused(&[1.0, 3.0, 80.0, 300.0]);
        story.hub_status("Reconnecting", "unauthorized");
        story.expect("HUB-SAS-04", Verdict::Pass);
    }

    #[test]
    fn the_limit_comes_in_pairs() {
        for (last, verdict) in [(61.1, Verdict::Pass), (60.9, Verdict::Fail)] {
            let mut story = refused(&[1.0, 10.0, 20.0, 30.0, 40.0, last]);
            story.hub_status("Reconnecting", "unauthorized");
            story.expect("HUB-SAS-04", verdict);
        }
    }

    #[test]
    fn saying_nothing_fails() {
        refused(&[1.0, 3.0, 80.0]).expect("HUB-SAS-04", Verdict::Fail);
    }

    #[test]
    fn one_refusal_is_inconclusive() {
        refused(&[1.0, 3.0]).expect("HUB-SAS-04", Verdict::Inconclusive);
    }
}
