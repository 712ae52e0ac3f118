//! SNTP-05: another server helps when the first is silent, and two that disagree by years set no clock.

#[cfg(test)]
mod tests;

use std::time::Duration;

use nanorig_trace::Utc;

use super::exchange::{Reply, Request, clock_sets, replies, requests};
use crate::view::At;
use crate::{Check, Finding, Tally, View};

pub(crate) const CHECK: Check = Check { id: "SNTP-05", always: false, judge };

/// A device that knows a second server asks it by then.
const PATIENCE: Duration = Duration::from_secs(900);

fn judge(view: &View<'_>) -> Finding {
    let (requests, replies) = (requests(view), replies(view));
    let mut tally = Tally::default();
    for (at, after) in clock_sets(view) {
        let off = off(view, at, after);
        if off > view.duration("time_lie") {
            tally.bad(at, format!("the clock is set {} days off", off.as_secs() / 86_400));
        }
    }
    silent_server(view, &requests, &replies, &mut tally);
    lying_server(view, &requests, &replies, &mut tally);
    tally.finish(
        "a second time source helped",
        "one bad time source was enough to spoil the clock",
        "no time server was silent or lied",
    )
}

fn off(view: &View<'_>, at: At, told: Utc) -> Duration {
    Duration::from_micros(told.micros_since(view.utc(at.time)).unsigned_abs())
}

fn is_right(view: &View<'_>, at: At, after: Utc) -> bool {
    off(view, at, after) <= view.duration("time_lie")
}

/// The first server that never answers.
fn silent_server(view: &View<'_>, requests: &[Request], replies: &[Reply], tally: &mut Tally) {
    let silent = requests.iter().find(|request| replies.iter().all(|reply| reply.server != request.server));
    let Some(silent) = silent else { return };
    let other = requests.iter().find(|request| request.at > silent.at && request.server != silent.server);
    let set = clock_sets(view).find(|(at, after)| *at > silent.at && is_right(view, *at, *after));
    match (other, set) {
        (Some(other), Some((at, _))) if other.at < at => {
            tally.good(at, format!("{} is silent, and {} sets the clock", silent.server, other.server));
        }
        (None, None) if view.end().since(silent.at) > PATIENCE => {
            tally.bad(silent.at, format!("{} does not answer, and no other server is asked", silent.server));
        }
        _ => {}
    }
}

/// A server whose time is far from the world's.
fn lying_server(view: &View<'_>, requests: &[Request], replies: &[Reply], tally: &mut Tally) {
    let told = |reply: &Reply| {
        let near = view.utc(reply.at.time).unix_micros();
        Utc::from_unix_micros(reply.packet.transmit.unix_micros_near(near))
    };
    let sane = || replies.iter().filter(|reply| reply.fault.is_none());
    let Some(liar) = sane().find(|reply| !is_right(view, reply.at, told(reply))) else { return };
    let contradicted =
        sane().any(|reply| reply.server != liar.server && is_right(view, reply.at, told(reply)));
    let right = clock_sets(view).find(|(at, after)| *at > liar.at && is_right(view, *at, *after));
    let other = requests.iter().any(|request| request.at > liar.at && request.server != liar.server);
    if let (true, Some((at, _))) = (contradicted, right) {
        tally.good(at, format!("{} lies, and the clock is set rightly", liar.server));
    } else if !other && view.end().since(liar.at) > PATIENCE {
        tally.bad(liar.at, format!("{} lies, and no other server is asked", liar.server));
    }
}
