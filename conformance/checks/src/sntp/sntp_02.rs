//! SNTP-02: a reply that fails a sanity check never sets the clock, and the next good one does.

#[cfg(test)]
mod tests;

use std::time::Duration;

use nanorig_trace::Utc;

use super::exchange::{Reply, clock_sets, replies};
use crate::view::At;
use crate::{Check, Finding, Tally, View};

pub(crate) const CHECK: Check = Check { id: "SNTP-02", always: true, judge };

/// A clock is set by a reply that came shortly before.
const FRESH: Duration = Duration::from_secs(10);
/// A clock that is set lies this close to the reply's time; devices without fractions round to a second.
const CLOSE_US: i64 = 2_000_000;

fn judge(view: &View<'_>) -> Finding {
    let replies = replies(view);
    let mut bad = replies.iter().filter(|reply| reply.fault.is_some());
    let Some(first_bad) = bad.next() else {
        return Finding::inconclusive("every reply of a time server was sane");
    };
    let mut tally = Tally::default();
    for (at, after) in clock_sets(view) {
        match source(&replies, at, after) {
            Some(Reply { fault: Some(fault), .. }) => {
                tally.bad(at, format!("the clock is set by a reply with {fault}"))
            }
            Some(_) if at > first_bad.at => {
                tally.good(at, "the clock is set by a sane reply after insane ones")
            }
            _ => {}
        }
    }
    let unused = replies.iter().find(|reply| reply.fault.is_none() && reply.at > first_bad.at);
    if let Some(reply) = unused
        && tally.is_empty()
        && view.end().since(reply.at) > FRESH
    {
        tally.bad(reply.at, "this sane reply does not set the clock");
    }
    let mut kinds: Vec<&str> = replies.iter().filter_map(|reply| reply.fault).collect();
    kinds.sort_unstable();
    kinds.dedup();
    tally.finish(
        &format!("replies with {} were ignored", kinds.join(", ")),
        "the sanity checks of replies are not as they should be",
        "no sane reply came after the insane ones",
    )
}

/// The reply that the clock was set by: a fresh sane one with that time, else a fresh insane one with that time,
/// else the latest.
fn source(replies: &[Reply], at: At, after: Utc) -> Option<&Reply> {
    let fresh = || replies.iter().rev().filter(|reply| reply.at < at && at.since(reply.at) <= FRESH);
    let tells = |reply: &&Reply| {
        let told = reply.packet.transmit.unix_micros_near(after.unix_micros());
        (after.unix_micros() - told).abs() <= CLOSE_US
    };
    let sane = fresh().filter(|reply| reply.fault.is_none()).find(tells);
    sane.or_else(|| fresh().find(tells)).or_else(|| fresh().next())
}
