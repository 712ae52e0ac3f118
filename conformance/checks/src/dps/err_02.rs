//! DPS-ERR-02: a busy service is given time, at least as much as it asks for.

use std::time::Duration;

use super::exchange::requests;
use crate::recon::growth::Growth;
use crate::view::At;
use crate::{Check, Finding, Tally, View};

pub(crate) const CHECK: Check = Check { id: "DPS-ERR-02", always: false, judge };

/// Asking again sooner is no back-off.
const LEAST_DELAY: Duration = Duration::from_secs(1);
/// Delays that differ by less are the same: devices would come back together.
const SAME: Duration = Duration::from_millis(20);
/// Whoever was asked to wait has asked again by then.
const ASKS_WITHIN: Duration = Duration::from_secs(900);

fn judge(view: &View<'_>) -> Finding {
    let mut tally = Tally::default();
    let requests = requests(view);
    let mut asked: Vec<(At, Duration)> = Vec::new();
    let mut unasked: Vec<(At, Duration)> = Vec::new();
    for (index, request) in requests.iter().enumerate() {
        let Some(answer) = request.answer.as_ref().filter(|answer| answer.is_busy()) else { continue };
        let status = answer.response.status;
        let Some(next) = requests.get(index + 1) else {
            if view.end().since(answer.at) > ASKS_WITHIN {
                tally.bad(answer.at, format!("{status}, and never asked again"));
            }
            continue;
        };
        let delay = next.at.since(answer.at);
        match answer.response.retry_after.map(|secs| Duration::from_secs(secs.into())) {
            Some(wanted) if delay < wanted => {
                tally.bad(
                    next.at,
                    format!(
                        "asks again after {:.1} s, {} s were asked for",
                        delay.as_secs_f64(),
                        wanted.as_secs()
                    ),
                );
            }
            Some(wanted) => asked.push((next.at, delay.saturating_sub(wanted))),
            None if delay < LEAST_DELAY => tally.bad(next.at, format!("asks again {delay:?} after {status}")),
            None => unasked.push((next.at, delay)),
        }
    }
    told_to_wait(&asked, &mut tally);
    left_alone(&unasked, &mut tally);
    tally.finish(
        "the busy service was given time",
        "the busy service was not given time",
        "DPS was never busy",
    )
}

/// What comes on top of the wait that was asked for must differ from device to device.
fn told_to_wait(extra: &[(At, Duration)], tally: &mut Tally) {
    let Some((at, _)) = extra.last() else { return };
    let (least, most) =
        (extra.iter().map(|(_, span)| *span).min(), extra.iter().map(|(_, span)| *span).max());
    let spread = most.zip(least).map_or(Duration::ZERO, |(most, least)| most - least);
    if extra.len() >= 3 && spread < SAME {
        tally.doubtful(*at, format!("{} delays were the same but for {spread:?}", extra.len()));
    } else {
        tally.good(*at, format!("{} times waited for at least as long as asked", extra.len()));
    }
}

fn left_alone(delays: &[(At, Duration)], tally: &mut Tally) {
    let Some((at, _)) = delays.last() else { return };
    let spans: Vec<Duration> = delays.iter().map(|(_, delay)| *delay).collect();
    match Growth::of(&spans) {
        growth @ (Growth::None | Growth::Constant | Growth::Linear) => {
            tally.bad(*at, format!("the last {} delays are {}", spans.len(), growth.name()));
        }
        Growth::StrictExponential => tally.doubtful(*at, "delays grow without a random part"),
        Growth::Unknown | Growth::Exponential => {
            tally.good(*at, format!("{} delays, as they should be", spans.len()))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::exchange::tests::{assigned, busy, registers};
    use crate::Verdict;
    use crate::testing::{Story, dps_connect};

    fn busy_for(retry_after: Option<u32>, delays: &[f64]) -> Story {
        let mut story = Story::new();
        let conn = story.at(1.0).session_with("dps", dps_connect(), false);
        let mut now = 2.0;
        for (number, delay) in delays.iter().enumerate() {
            let rid = number.to_string();
            story.at(now);
            registers(&mut story, conn, &rid);
            busy(&mut story, conn, &rid, retry_after);
            now += delay;
        }
        story.at(now);
        registers(&mut story, conn, "last");
        assigned(&mut story, conn, "last", 200);
        story
    }

    #[test]
    fn waiting_as_asked_passes_and_less_fails() {
        busy_for(Some(20), &[20.3, 21.7, 20.9]).expect("DPS-ERR-02", Verdict::Pass);
        busy_for(Some(20), &[20.3, 19.9]).expect("DPS-ERR-02", Verdict::Fail);
        busy_for(Some(20), &[20.0, 20.0, 20.0]).expect("DPS-ERR-02", Verdict::PassWithWarning);
    }

    #[test]
    fn without_a_wish_delays_grow() {
        busy_for(None, &[1.5, 3.2, 4.4, 11.0]).expect("DPS-ERR-02", Verdict::Pass);
        busy_for(None, &[5.0, 5.0, 5.0, 5.0]).expect("DPS-ERR-02", Verdict::Fail);
        busy_for(None, &[0.5]).expect("DPS-ERR-02", Verdict::Fail);
    }

    #[test]
    fn giving_up_fails() {
        let mut story = Story::new();
        let conn = story.at(1.0).session_with("dps", dps_connect(), false);
        registers(&mut story, conn, "1");
        busy(&mut story, conn, "1", Some(20));
        story.at(905.0).hub_status("Disconnected", "throttled");
        story.expect("DPS-ERR-02", Verdict::Fail);
    }

    #[test]
    fn a_service_that_is_not_busy_and_one_that_is_in_the_last_moment_are_inconclusive() {
        busy_for(None, &[]).expect("DPS-ERR-02", Verdict::Inconclusive);
        let mut story = Story::new();
        let conn = story.at(1.0).session_with("dps", dps_connect(), false);
        registers(&mut story, conn, "1");
        busy(&mut story, conn, "1", Some(20));
        story.expect("DPS-ERR-02", Verdict::Inconclusive);
    }
}
