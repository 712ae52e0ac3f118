//! RECON-JITTER-01: devices that lose the hub together do not come back together.
//!
//! A trace has one device. Its outages stand for the runs of one board that lose the hub at the same moment: what
//! counts is how long after the start of its outage each attempt comes.

use std::time::Duration;

use nanorig_trace::event::DeviceEvent;

use super::series::was_cut;
use crate::view::{At, Attempt};
use crate::{Check, Finding, Tally, View};

pub(crate) const CHECK: Check = Check { id: "RECON-JITTER-01", always: false, judge };

/// Outages that stand for as many runs.
const LEAST_OUTAGES: usize = 20;
/// The first attempts may come together.
const FIRST: usize = 3;
/// Later ones are no worse, and many of them would hide that each of them comes together.
const LOOKED_AT: usize = 4;
/// Fewer attempts may meet by chance.
const LEAST_ATTEMPTS: usize = 40;
/// Stacks give a connection up that nobody has answered for this long.
const SYN_GIVEN_UP: Duration = Duration::from_secs(75);
const SECOND: Duration = Duration::from_secs(1);
/// One second holds no more than one attempt in so many.
const SHARE: usize = 5;

fn judge(view: &View<'_>) -> Finding {
    let outages = outages(view);
    let mut offsets: Vec<(Duration, At)> = outages.iter().flatten().copied().collect();
    if outages.len() < LEAST_OUTAGES || offsets.len() < LEAST_ATTEMPTS {
        let (outages, attempts) = (outages.len(), offsets.len());
        return Finding::inconclusive(format!(
            "{attempts} attempts came after the third one, in {outages} outages"
        ));
    }
    offsets.sort();
    let Some((count, first)) = fullest_second(&offsets) else {
        return Finding::inconclusive("no attempt came after the third one");
    };
    let mut tally = Tally::default();
    let (attempts, from) = (offsets.len(), first.0.as_secs_f64());
    let text = format!("{count} of {attempts} attempts came from {from:.1} s on within a second");
    if count * SHARE > attempts {
        tally.bad(first.1, text);
    } else {
        tally.good(first.1, text);
    }
    tally.finish(
        "attempts are spread over time",
        "attempts of different outages come together",
        "no attempt came after the third one",
    )
}

/// For each outage with enough attempts, how long after its start those after the third one came.
fn outages(view: &View<'_>) -> Vec<Vec<(Duration, At)>> {
    let attempts = view.attempts("hub");
    let mut all = Vec::new();
    for (index, attempt) in attempts.iter().enumerate() {
        let Some(start) = attempt.ended.filter(|_| was_cut(attempt)) else { continue };
        let later = attempts_of_outage(view, start, &attempts[index + 1..]);
        let looked_at = later.iter().skip(FIRST).take(LOOKED_AT);
        let offsets: Vec<_> = looked_at.map(|attempt| (attempt.at.since(start), attempt.at)).collect();
        if !offsets.is_empty() {
            all.push(offsets);
        }
    }
    all
}

/// The attempts from the start of an outage to the one that ended it, as far as nobody told the device to make them.
fn attempts_of_outage<'a, 'v, 't>(
    view: &View<'_>,
    start: At,
    later: &'a [Attempt<'v, 't>],
) -> Vec<&'a Attempt<'v, 't>> {
    let own = |attempt: &&Attempt<'_, '_>| {
        attempt.at > start && !view.told_between(start, attempt.at) && !view.boots_between(start, attempt.at)
    };
    let mut all = Vec::new();
    for (index, attempt) in later.iter().enumerate().take_while(|(_, attempt)| own(attempt)) {
        let before = index.checked_sub(1).and_then(|before| later.get(before));
        if before.is_none_or(|before| !is_repeated_syn(view, before, attempt)) {
            all.push(attempt);
        }
        if attempt.accepted().is_some() {
            break;
        }
    }
    all
}

/// True when a SYN that nobody had answered was repeated until somebody did: that is one attempt, and when it succeeds
/// says when the server came back, not when the device did.
fn is_repeated_syn(view: &View<'_>, before: &Attempt<'_, '_>, after: &Attempt<'_, '_>) -> bool {
    let decided = view
        .device_events_after(before.at)
        .take_while(|(at, _)| *at < after.at)
        .any(|(_, event)| matches!(event, DeviceEvent::Retry { client, .. } if client == "hub"));
    before.connection.is_none()
        && after.connection.is_some()
        && after.at.since(before.at) <= SYN_GIVEN_UP
        && !decided
}

/// The most attempts that any second holds, and the first of them.
fn fullest_second(sorted: &[(Duration, At)]) -> Option<(usize, (Duration, At))> {
    let count = |(index, first): (usize, &(Duration, At))| {
        let end = sorted.partition_point(|(offset, _)| *offset < first.0 + SECOND);
        (end - index, *first)
    };
    sorted.iter().enumerate().map(count).max_by_key(|(count, _)| *count)
}

#[cfg(test)]
mod tests {
    use std::net::SocketAddrV4;

    use nanorig_trace::event::{DeviceEvent, NetworkEvent};
    use serde_json::json;

    use crate::Verdict;
    use crate::testing::Story;

    /// So many outages; of each, an attempt is refused after each of these times, and one more is accepted.
    fn outages(count: u32, delays: impl Fn(u32) -> Vec<f64>) -> Story {
        let mut story = Story::new();
        let mut now = 1.0;
        let mut conn = story.at(now).session(false);
        for outage in 0..count {
            now += 100.0;
            story.at(now).cut(conn);
            for delay in delays(outage) {
                now += delay;
                conn = story.at(now).secure("hub");
                story.cut(conn);
            }
            now += 30.0;
            conn = story.at(now).session(true);
        }
        story
    }

    /// The n-th delay is between 2^(n-1) and 2^n seconds, another one in each outage.
    fn spread(outage: u32) -> Vec<f64> {
        let share = |n: u32| f64::from((outage * 7 + n * 11) % 23) / 23.0;
        (0..6).map(|n: i32| 2_f64.powi(n) * (1.0 + share(n.unsigned_abs()))).collect()
    }

    fn strict(_: u32) -> Vec<f64> {
        vec![1.0, 2.0, 4.0, 8.0, 16.0, 32.0]
    }

    #[test]
    fn attempts_at_other_times_pass_and_at_the_same_times_fail() {
        outages(20, spread).expect("RECON-JITTER-01", Verdict::Pass);
        outages(20, strict).expect("RECON-JITTER-01", Verdict::Fail);
    }

    #[test]
    fn a_fifth_may_come_together_and_no_more() {
        for (together, verdict) in [(8, Verdict::Pass), (9, Verdict::Fail)] {
            let delays = |outage: u32| {
                let last = if outage < together { 10.0 } else { 20.0 + f64::from(outage) * 3.0 };
                vec![1.0, 2.0, 3.0, last]
            };
            // The attempt that ends each outage counts as well: 30 s after the last.
            outages(20, delays).expect("RECON-JITTER-01", verdict);
        }
    }

    /// Outages with four attempts each that nobody answers, at other times each. The last SYN is repeated until the
    /// server is back, 60 s after the start of each outage; `decides` says whether the device meant it.
    fn silent(decides: bool) -> Story {
        let (server, how) = (SocketAddrV4::new(crate::testing::HUB, 8_883), "dropped");
        let mut story = Story::new();
        let mut now = 1.0;
        let mut conn = story.at(now).session(false);
        for outage in 0..20_u32 {
            now += 100.0;
            story.at(now).cut(conn);
            for delay in [1.0, 10.0, 20.0, 30.0, 40.0] {
                let second = now + delay + f64::from(outage) * 0.5;
                story.at(second).event(NetworkEvent::Unanswered { server, how: how.into() });
            }
            now += 60.0;
            if decides {
                story.at(now - 0.1).event(DeviceEvent::Retry {
                    client: "hub".into(),
                    attempt: 6,
                    delay_ms: 0,
                });
            }
            conn = story.at(now).session(true);
        }
        story
    }

    #[test]
    fn a_syn_that_is_repeated_until_the_server_is_back_is_no_attempt_of_its_own() {
        silent(false).expect("RECON-JITTER-01", Verdict::Pass);
        silent(true).expect("RECON-JITTER-01", Verdict::Fail);
    }

    #[test]
    fn fewer_outages_or_attempts_are_inconclusive() {
        outages(19, strict).expect("RECON-JITTER-01", Verdict::Inconclusive);
        outages(30, |_| vec![1.0, 2.0]).expect("RECON-JITTER-01", Verdict::Inconclusive);
    }

    #[test]
    fn attempts_that_the_operator_wants_are_none_of_the_devices() {
        let mut story = Story::new();
        let mut now = 1.0;
        for _ in 0..25 {
            let conn = story.at(now).session(true);
            story.at(now + 10.0).cut(conn);
            for second in [11.0, 12.0, 13.0, 14.0, 15.0, 16.0] {
                story.at(now + second).action("hub.open", json!({}));
                let conn = story.secure("hub");
                story.cut(conn);
            }
            now += 100.0;
        }
        story.expect("RECON-JITTER-01", Verdict::Inconclusive);
    }
}
