//! SNTP-04: servers are not asked too often, and the first request comes at a random time.

#[cfg(test)]
mod tests;

use std::time::Duration;

use nanorig_trace::Time;
use nanorig_trace::event::DeviceEvent;

use super::exchange::{Request, requests};
use crate::view::{At, Boot};
use crate::{Check, Finding, Tally, View};

pub(crate) const CHECK: Check = Check { id: "SNTP-04", always: false, judge };

/// Fewer boots do not show a spread.
const LEAST_BOOTS: usize = 3;
/// Fewer boots may come at the same moment by chance: of ten random delays within two seconds, as lwIP draws them, all lie
/// within the least difference in one of 30 000 cases, of three in one of six.
const NO_CHANCE: usize = 10;
/// Timers of devices are no better than this.
const TOLERANCE: Duration = Duration::from_millis(50);

fn judge(view: &View<'_>) -> Finding {
    let mut tally = Tally::default();
    let requests = requests(view);
    intervals(view, &requests, &mut tally);
    let restrained = !tally.is_empty();
    let spread = first_delays(view, &requests, &mut tally);
    let complete = restrained && spread;
    if !complete && !tally.has_bad() {
        return Finding::inconclusive("no server was watched for long enough, or too few starts were seen");
    }
    tally.finish(
        "time servers were asked with restraint",
        "time servers were asked too often or at predictable times",
        "no server was asked",
    )
}

fn intervals(view: &View<'_>, requests: &[Request], tally: &mut Tally) {
    let least = view.duration("sntp_min_gap");
    for (index, request) in requests.iter().enumerate() {
        let next = requests[index + 1..].iter().map(|later| (later.at, later.server));
        let next = next.filter(|(_, server)| *server == request.server).map(|(at, _)| at).next();
        match next.filter(|next| !view.boots_between(request.at, *next)) {
            Some(next) => {
                let gap = next.since(request.at);
                let text = format!("{} is asked again after {:.1} s", request.server, gap.as_secs_f64());
                if gap + TOLERANCE < least {
                    tally.bad(next, text);
                } else {
                    tally.good(next, text);
                }
            }
            // A server that is not asked again in this life was left alone at least until its end.
            None if life_end(view, request.at).since(request.at.time) >= least => {
                tally.good(request.at, format!("{} is not asked again", request.server));
            }
            None => {}
        }
    }
}

fn life_end(view: &View<'_>, at: At) -> Time {
    view.boot_of(at).map_or(view.end().time, |boot| boot.ended)
}

/// Judges the delays of the first requests. False when there were too few starts to tell.
fn first_delays(view: &View<'_>, requests: &[Request], tally: &mut Tally) -> bool {
    let delays: Vec<(At, Duration)> = view
        .boots()
        .iter()
        .filter_map(|boot| {
            let first = requests.iter().map(|request| request.at).find(|at| boot.contains(*at))?;
            Some((first, first.since(network_up(view, boot, first))))
        })
        .collect();
    if delays.len() < LEAST_BOOTS {
        return false;
    }
    let (Some((_, shortest)), Some((at, longest))) =
        (delays.iter().min_by_key(|(_, delay)| *delay), delays.iter().max_by_key(|(_, delay)| *delay))
    else {
        return false;
    };
    let (shortest, longest) = (shortest.as_secs_f64(), longest.as_secs_f64());
    let text = format!(
        "the first request comes {shortest:.2} to {longest:.2} s after the address in {} starts",
        delays.len()
    );
    if longest - shortest >= view.number("sntp_spread") {
        tally.good(*at, text);
        return true;
    }
    let no_chance = delays.len() >= NO_CHANCE;
    if no_chance {
        tally.bad(*at, text);
    }
    no_chance
}

/// When the device could have asked: with its address, else at its start.
fn network_up(view: &View<'_>, boot: &Boot<'_>, first: At) -> At {
    let mut earlier = view.device_events().filter(|(at, _)| boot.contains(*at) && *at < first);
    let address = earlier.find(|(_, event)| matches!(event, DeviceEvent::Address { .. }));
    address.map_or(boot.at, |(at, _)| at)
}
