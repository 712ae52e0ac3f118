//! RECON-JITTER-01: devices that lose the hub together do not come back together.
//!
//! A trace has one device. Its outages stand for the runs of one board that lose the hub at the same moment: what
//! counts is how long after the start of its outage each attempt comes. A device that says when it will try again is
//! taken at its word, because nobody else sees an attempt that a dead link swallows.

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
    let plans = plans(view);
    let mut all = Vec::new();
    for (index, attempt) in attempts.iter().enumerate() {
        let Some(start) = lost(view, attempt) else { continue };
        let later = attempts_of_outage(view, start, &attempts[index + 1..], &plans);
        let looked_at = later.iter().skip(FIRST).take(LOOKED_AT);
        let offsets: Vec<_> = looked_at.map(|at| (at.since(start), *at)).collect();
        if !offsets.is_empty() {
            all.push(offsets);
        }
    }
    all
}

/// When a session that was cut ended: for the server, or for the device when that knew earlier.
fn lost(view: &View<'_>, attempt: &Attempt<'_, '_>) -> Option<At> {
    let ended = attempt.ended.filter(|_| was_cut(attempt))?;
    let accepted = attempt.accepted()?;
    let mut said = view.statuses("hub").skip_while(|(at, ..)| *at <= accepted);
    let said = said.find(|(_, status, _)| *status != "Connected").map(|(at, ..)| at);
    Some(said.map_or(ended, |said| said.min(ended)))
}

/// An attempt that the device said it would make.
struct Plan {
    /// When it came, with the last record before it.
    at: At,
    /// When the device planned the next one.
    next: Option<At>,
}

/// The attempts at the hub that the device told of in advance, without those that another one replaced.
fn plans(view: &View<'_>) -> Vec<Plan> {
    let records = &view.trace().records;
    let told: Vec<(At, Duration)> = view
        .device_events()
        .filter_map(|(at, event)| match event {
            DeviceEvent::Retry { client, delay_ms, .. } if client == "hub" => {
                Some((at, Duration::from_millis(*delay_ms)))
            }
            _ => None,
        })
        .collect();
    let plan = |(index, (told_at, delay)): (usize, &(At, Duration))| {
        let time = told_at.time + *delay;
        let before = records.partition_point(|record| record.at < time).saturating_sub(1);
        let at = At { record: before.max(told_at.record), time };
        Plan { at, next: told.get(index + 1).map(|(next, _)| *next) }
    };
    let made = |plan: &Plan| {
        plan.at.time <= view.end().time && plan.next.is_none_or(|next| next.time >= plan.at.time)
    };
    told.iter().enumerate().map(plan).filter(made).collect()
}

/// The attempts from the start of an outage to the one that ended it, as far as nobody told the device to make them:
/// those that it planned, and those that were seen without a plan.
fn attempts_of_outage(view: &View<'_>, start: At, later: &[Attempt<'_, '_>], plans: &[Plan]) -> Vec<At> {
    let own = |at: At| at > start && !view.told_between(start, at) && !view.boots_between(start, at);
    let ours = later.iter().position(|attempt| !own(attempt.at)).unwrap_or(later.len());
    let over = later[..ours].iter().position(|attempt| attempt.accepted().is_some());
    let seen = &later[..over.map_or(ours, |over| over + 1)];
    let until = over.map_or(view.end(), |over| later[over].at);
    let plans: Vec<&Plan> = plans.iter().filter(|plan| plan.at.time <= until.time && own(plan.at)).collect();
    let planned =
        |at: At| plans.iter().any(|plan| plan.at.time <= at.time && plan.next.is_none_or(|next| at < next));
    let mut all: Vec<At> = plans.iter().map(|plan| plan.at).collect();
    for (index, attempt) in seen.iter().enumerate().filter(|(_, attempt)| !planned(attempt.at)) {
        let before = index.checked_sub(1).map(|before| &seen[before]);
        if before.is_none_or(|before| !is_repeated_syn(before, attempt)) {
            all.push(attempt.at);
        }
    }
    all.sort();
    all
}

/// True when a SYN that nobody had answered was repeated until somebody did: that is one attempt, and when it succeeds
/// says when the server came back, not when the device did.
fn is_repeated_syn(before: &Attempt<'_, '_>, after: &Attempt<'_, '_>) -> bool {
    before.connection.is_none() && after.connection.is_some() && after.at.since(before.at) <= SYN_GIVEN_UP
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
    use std::time::Duration;

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

    /// Partitions of which only the device knows what it tried: a session that the server gives up after 60 s, attempts
    /// of 3 s each after these delays, and a session when the link is back.
    fn partitions(delays: impl Fn(u32) -> Vec<f64>) -> Story {
        let mut story = Story::new();
        let mut now = 1.0;
        let mut conn = story.at(now).session(false);
        for outage in 0..20_u32 {
            now += 100.0;
            story.at(now).hub_status("Disconnected", "timeout");
            let mut closed = Some(now + 60.0);
            for (attempt, delay) in (1..).zip(delays(outage)) {
                let delay_ms = Duration::from_secs_f64(delay).as_millis().try_into().expect("it is short");
                story.event(DeviceEvent::Retry { client: "hub".into(), attempt, delay_ms });
                now += delay + 3.0;
                if let Some(second) = closed.take_if(|second| *second < now) {
                    story.at(second).cut(conn);
                }
                story.at(now).hub_status("Reconnecting", "timeout");
            }
            story.event(DeviceEvent::Retry { client: "hub".into(), attempt: 9, delay_ms: 30_000 });
            now += 30.0 + f64::from(outage);
            conn = story.at(now).session(true);
            story.hub_status("Connected", "ok");
        }
        story
    }

    #[test]
    fn attempts_that_a_dead_link_swallows_count_as_the_device_tells_them() {
        partitions(spread).expect("RECON-JITTER-01", Verdict::Pass);
        partitions(strict).expect("RECON-JITTER-01", Verdict::Fail);
        let mut silent = partitions(strict);
        silent.trace().records.retain(|record| !matches!(record.event, nanorig_trace::Event::Device(_)));
        silent.expect("RECON-JITTER-01", Verdict::Inconclusive);
    }

    #[test]
    fn an_attempt_that_was_planned_and_not_made_is_none() {
        let mut story = Story::new();
        for outage in 0..40_u32 {
            let now = f64::from(outage) * 100.0;
            let conn = story.at(now).session(false);
            story.at(now + 5.0).cut(conn);
            // Each plan replaces the one before.
            for attempt in 1..=6 {
                story.event(DeviceEvent::Retry { client: "hub".into(), attempt, delay_ms: 10_000 });
            }
        }
        story.expect("RECON-JITTER-01", Verdict::Inconclusive);
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
