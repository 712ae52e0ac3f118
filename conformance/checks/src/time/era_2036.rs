//! TIME-2036-01: the device passes the change of NTP eras on 2036-02-07.

use std::time::Duration;

use nanorig_trace::Utc;

use super::clock::is_right;
use crate::sntp::exchange::{Reply, clock_sets, replies};
use crate::view::At;
use crate::{Check, Finding, Tally, View};

pub(crate) const CHECK: Check = Check { id: "TIME-2036-01", always: false, judge };

/// A reply is used at once or not at all.
const USED_WITHIN: Duration = Duration::from_secs(60);
/// A device without the time has taken one of the replies by then.
const PATIENCE: Duration = Duration::from_secs(600);

fn judge(view: &View<'_>) -> Finding {
    let replies: Vec<Reply> = replies(view).into_iter().filter(|reply| reply.fault.is_none()).collect();
    let mut tally = Tally::default();
    for (at, after) in clock_sets(view) {
        let Some(reply) = replies[..replies.partition_point(|reply| reply.at < at)].last() else { continue };
        if !is_true_in_era_1(view, reply) || at.since(reply.at) > USED_WITHIN {
            continue;
        }
        if is_right(view, at, after) {
            tally.good(at, format!("the clock is set to {after}"));
        } else {
            tally.bad(at, format!("the clock is set to {after}, and it is {}", view.utc(at.time)));
        }
    }
    for life in lives(view) {
        let own = |at: At| at >= life.0 && life.1.is_none_or(|until| at < until);
        let first = replies.iter().find(|reply| own(reply.at) && is_true_in_era_1(view, reply));
        let Some(first) = first else { continue };
        let set = clock_sets(view).any(|(at, _)| own(at) && at.time <= first.at.time + PATIENCE);
        let ended = life.1.map_or(view.end(), |until| until);
        if !set && view.device_speaks() && ended.since(first.at) > PATIENCE {
            tally
                .bad(first.at, format!("the time {} is not taken, nor a later one", view.utc(first.at.time)));
        }
    }
    tally.finish(
        "time stamps of NTP's second era set the clock right",
        "time stamps of NTP's second era were not understood",
        "no time server told a time after 2036-02-07T06:28:16Z, or nothing came of it",
    )
}

/// The firmware's lives; the whole trace when it does not tell its starts.
fn lives(view: &View<'_>) -> Vec<(At, Option<At>)> {
    let all: Vec<_> = view.boots().iter().map(|boot| (boot.at, boot.until)).collect();
    let whole = At { record: 0, time: nanorig_trace::Time::ZERO };
    if all.is_empty() { vec![(whole, None)] } else { all }
}

/// Seconds of era 1 begin anew at 0: the highest bit is clear until 2104 (RFC 5905 6).
fn is_true_in_era_1(view: &View<'_>, reply: &Reply) -> bool {
    let transmit = reply.packet.transmit;
    transmit.0 >> 63 == 0 && is_right(view, reply.at, Utc::from_unix_micros(transmit.unix_micros()))
}

#[cfg(test)]
mod tests {
    use nanorig_trace::Utc;
    use nanorig_trace::event::DeviceEvent;

    use crate::Verdict;
    use crate::testing::{NTP_A, Story};

    /// A device that starts at this time and is told it by the time server.
    fn told(start: &str) -> Story {
        let mut story = Story::new();
        story.trace().header.started = Utc::parse(start).unwrap();
        story.at(0.5).boot("power-on").at(1.0).ntp_asks(NTP_A, 5).at(1.1);
        let reply = story.ntp_reply(5);
        story.ntp_sends(NTP_A, &reply).at(1.2);
        story
    }

    const AFTER: &str = "2036-02-07T06:29:00Z";

    fn sets_to_1900(story: &mut Story) {
        let (before, after) = (Utc::UNIX_EPOCH, Utc::parse("1900-01-01T00:00:45Z").unwrap());
        story.event(DeviceEvent::ClockSet { before, after, server: "a".into() });
    }

    #[test]
    fn the_right_time_passes_and_1900_fails() {
        let mut story = told(AFTER);
        story.clock_set();
        story.expect("TIME-2036-01", Verdict::Pass);
        let mut story = told(AFTER);
        sets_to_1900(&mut story);
        story.expect("TIME-2036-01", Verdict::Fail);
    }

    #[test]
    fn no_time_at_all_fails_once_there_was_time_for_it() {
        for (second, verdict) in [(601.0, Verdict::Inconclusive), (601.2, Verdict::Fail)] {
            let mut story = told(AFTER);
            let (server, reason) = ("a".into(), "too-early".into());
            story.event(DeviceEvent::TimeRejected { server, reason }).at(second).link_up();
            story.expect("TIME-2036-01", verdict);
        }
    }

    #[test]
    fn the_first_era_and_a_lying_server_are_inconclusive() {
        let mut story = told("2036-02-07T06:27:00Z");
        story.clock_set();
        story.expect("TIME-2036-01", Verdict::Inconclusive);
        let mut story = told(AFTER);
        story.trace().header.started = Utc::parse("2026-03-01T12:00:00Z").unwrap();
        story.at(700.0).link_up();
        story.expect("TIME-2036-01", Verdict::Inconclusive);
    }
}
