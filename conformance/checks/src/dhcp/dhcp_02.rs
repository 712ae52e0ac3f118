//! DHCP-02: DISCOVER messages that nobody answers come ever more rarely, at random times.

#[cfg(test)]
mod tests;

use std::time::Duration;

use nanorig_wire::lan::dhcp::Kind;

use crate::view::At;
use crate::{Check, Finding, Tally, View};

pub(crate) const CHECK: Check = Check { id: "DHCP-02", always: false, judge };

/// Fewer gaps do not show how they grow.
const LEAST_GAPS: usize = 3;
/// RFC 2131 4.1 randomises each delay by up to one second; two of them stand between the ends of a gap.
const JITTER: Duration = Duration::from_secs(2);
/// Gaps that differ by less than this are the same: no timer of a device is finer under load.
const SAME: Duration = Duration::from_millis(20);

fn judge(view: &View<'_>) -> Finding {
    let cap = view.duration("dhcp_cap");
    let series: Vec<Vec<At>> =
        unanswered(view).into_iter().filter(|series| series.len() > LEAST_GAPS).collect();
    let mut tally = Tally::default();
    for sent in &series {
        growth(sent, cap, &mut tally);
    }
    let compared = randomness(view, &series, &mut tally);
    if !tally.is_empty() && !tally.has_bad() && !compared {
        return Finding::inconclusive("the gaps grow, but one start does not show that they are random");
    }
    tally.finish(
        "unanswered DISCOVER messages come at growing, random intervals",
        "unanswered DISCOVER messages do not back off as they should",
        "the server was not silent for as long as four DISCOVER messages take",
    )
}

/// Runs of DISCOVER messages with no answer in between, each within one boot.
fn unanswered(view: &View<'_>) -> Vec<Vec<At>> {
    let mut series: Vec<Vec<At>> = vec![Vec::new()];
    for (datagram, message) in view.dhcp() {
        let last = series.last().and_then(|open| open.last()).copied();
        let rebooted = last.is_some_and(|last| view.boots_between(last, datagram.at));
        if rebooted || !datagram.is_from_device() {
            series.push(Vec::new());
        }
        if let (true, Kind::Discover, Some(open)) =
            (datagram.is_from_device(), message.kind, series.last_mut())
        {
            open.push(datagram.at);
        }
    }
    series
}

fn gaps(sent: &[At]) -> impl Iterator<Item = (At, Duration)> {
    sent.windows(2).map(|pair| (pair[1], pair[1].since(pair[0])))
}

fn growth(sent: &[At], cap: Duration, tally: &mut Tally) {
    let all: Vec<(At, Duration)> = gaps(sent).collect();
    for (at, gap) in &all {
        if *gap > cap + JITTER {
            tally.bad(*at, format!("{:.1} s passed without a DISCOVER", gap.as_secs_f64()));
        }
    }
    for pair in all.windows(2) {
        let [(_, before), (at, gap)] = pair else { continue };
        // Once the cap is reached the gaps stay there.
        if *gap + JITTER < *before {
            tally.bad(
                *at,
                format!("the gap fell from {:.1} s to {:.1} s", before.as_secs_f64(), gap.as_secs_f64()),
            );
        }
    }
    if let (Some((_, first)), Some((at, last))) = (all.first(), all.last()) {
        let text =
            format!("{} gaps from {:.1} s to {:.1} s", all.len(), first.as_secs_f64(), last.as_secs_f64());
        // Doubling over three gaps outgrows any jitter.
        if *last < *first * 2 && *first + JITTER < cap {
            tally.bad(*at, format!("{text} do not grow"));
        } else {
            tally.good(*at, text);
        }
    }
}

/// Delays that are the same after every start come from no random source. False when only one start was seen.
fn randomness(view: &View<'_>, series: &[Vec<At>], tally: &mut Tally) -> bool {
    let Some(first) = series.first() else { return false };
    let own: Vec<(At, Duration)> = gaps(first).collect();
    let Some((at, _)) = own.last().copied() else { return false };
    let whole = |gap: Duration| {
        let rest = gap.subsec_micros();
        rest.min(1_000_000 - rest) < 5_000
    };
    if series.iter().flat_map(|sent| gaps(sent)).all(|(_, gap)| whole(gap)) {
        tally.bad(at, "every gap is a whole number of seconds, as if nothing random was added");
    }
    let others: Vec<&Vec<At>> = series[1..]
        .iter()
        .filter(|other| view.boots().is_empty() || view.boots_between(at, other[0]))
        .collect();
    let same = |other: &&Vec<At>| gaps(other).zip(&own).all(|((_, a), (_, b))| a.abs_diff(*b) < SAME);
    if !others.is_empty() && others.iter().all(same) {
        tally.bad(at, format!("the gaps are identical after {} starts", others.len() + 1));
    }
    !others.is_empty()
}
