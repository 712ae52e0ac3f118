//! SNTP-03: a server that says DENY or RSTR is left alone, one that says RATE is asked less often.

#[cfg(test)]
mod tests;

use std::time::Duration;

use nanorig_trace::Time;
use nanorig_wire::lan::sntp::KissCode;

use super::exchange::{Reply, replies, requests};
use crate::view::At;
use crate::{Check, Finding, Tally, View};

pub(crate) const CHECK: Check = Check { id: "SNTP-03", always: true, judge };

/// A request that is already on its way when the kiss comes.
const IN_FLIGHT: Duration = Duration::from_secs(1);
/// The longest poll interval that NTP knows, 2^17 s (RFC 5905 7.2), where the device's own one is not seen.
const LONGEST_POLL: Duration = Duration::from_secs(1 << 17);

fn judge(view: &View<'_>) -> Finding {
    let mut tally = Tally::default();
    for kiss in replies(view) {
        match kiss.packet.kiss_code() {
            Some(KissCode::Deny | KissCode::Restrict) => denied(view, &kiss, &mut tally),
            Some(KissCode::Rate) => slowed(view, &kiss, &mut tally),
            _ => {}
        }
    }
    tally.finish(
        "kiss codes were obeyed",
        "a kiss code was not obeyed",
        "no kiss code was sent, or the run ended before it could be obeyed",
    )
}

/// Requests to the kissing server in the boot of the kiss: those until it, and the first after it.
fn around(view: &View<'_>, kiss: &Reply) -> (Vec<At>, Option<At>) {
    let boot = view.boot_of(kiss.at);
    let same =
        requests(view).into_iter().filter(|request| request.server == kiss.server).map(|request| request.at);
    let mine = same.filter(|at| boot.is_none_or(|boot| boot.contains(*at)));
    let (before, after): (Vec<At>, Vec<At>) = mine.partition(|at| *at < kiss.at);
    (before, after.into_iter().find(|at| at.since(kiss.at) > IN_FLIGHT))
}

fn life_end(view: &View<'_>, kiss: &Reply) -> Time {
    view.boot_of(kiss.at).map_or(view.end().time, |boot| boot.ended)
}

/// The device's own poll interval in the boot of the kiss: the longest time from a good reply to the next request to its
/// server. A device that asks again sooner is one that goes on after a failure.
fn poll_interval(view: &View<'_>, kiss: &Reply) -> Duration {
    let boot = view.boot_of(kiss.at);
    let mine = |at: At| boot.is_none_or(|boot| boot.contains(at));
    let requests = requests(view);
    let intervals = replies(view).into_iter().filter(|reply| reply.fault.is_none() && mine(reply.at));
    let intervals = intervals.filter_map(|reply| {
        let mut later =
            requests.iter().filter(|request| request.server == reply.server && request.at > reply.at);
        later.next().filter(|next| mine(next.at)).map(|next| next.at.since(reply.at))
    });
    intervals.max().unwrap_or(LONGEST_POLL)
}

fn denied(view: &View<'_>, kiss: &Reply, tally: &mut Tally) {
    match around(view, kiss).1 {
        Some(at) => tally.bad(
            at,
            format!(
                "{} is asked again, {:.0} s after it refused",
                kiss.server,
                at.since(kiss.at).as_secs_f64()
            ),
        ),
        None if life_end(view, kiss).since(kiss.at.time) > poll_interval(view, kiss) + IN_FLIGHT => {
            tally.good(kiss.at, format!("{} refuses here and is not asked again", kiss.server));
        }
        None => {}
    }
}

fn slowed(view: &View<'_>, kiss: &Reply, tally: &mut Tally) {
    let (before, next) = around(view, kiss);
    let Some(asked) = before.last() else { return };
    let previous = match before.len() {
        0 | 1 => view.duration("sntp_min_gap"),
        count => asked.since(before[count - 2]),
    };
    match next {
        Some(at) if at.since(*asked) > previous => {
            let text = format!(
                "the interval grows from {:.0} s to {:.0} s",
                previous.as_secs_f64(),
                at.since(*asked).as_secs_f64()
            );
            tally.good(at, text);
        }
        Some(at) => {
            let text = format!(
                "{} is asked again after {:.1} s, although it asked for more than {:.1} s",
                kiss.server,
                at.since(*asked).as_secs_f64(),
                previous.as_secs_f64()
            );
            tally.bad(at, text);
        }
        None if life_end(view, kiss).since(kiss.at.time) > previous * 2 => {
            tally.good(kiss.at, format!("{} is not asked again", kiss.server));
        }
        None => {}
    }
}
