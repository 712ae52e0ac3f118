//! DNS-06: a name that cannot be resolved now is asked for again, not too often, until it can.

#[cfg(test)]
mod tests;

use std::time::Duration;

use nanorig_wire::lan::dns::{Name, Rcode};

use crate::view::{At, Resolution};
use crate::{Check, Finding, Tally, View};

pub(crate) const CHECK: Check = Check { id: "DNS-06", always: false, judge };

/// Queries that follow each other faster belong to one attempt: retries, other servers, other record types.
const ONE_ATTEMPT: Duration = Duration::from_secs(1);
/// Fewer gaps do not show whether they grow.
const LEAST_GAPS: usize = 4;

fn judge(view: &View<'_>) -> Finding {
    let mut tally = Tally::default();
    let mut names: Vec<&Name> = view.resolutions().iter().map(|answer| &answer.name).collect();
    names.sort();
    names.dedup();
    for name in names {
        for failure in failures(view, name) {
            judge_failure(view, name, &failure, &mut tally);
        }
    }
    tally.finish(
        "failing names were asked for again with restraint until they resolved",
        "a failing name was not treated as a passing trouble",
        "no name failed to resolve, or the run ended before it could resolve again",
    )
}

/// Answers in a row that fail, and the first good one after them.
struct Failure {
    from: At,
    until: At,
    recovered: Option<At>,
}

fn failures(view: &View<'_>, name: &Name) -> Vec<Failure> {
    let fails = |answer: &Resolution| matches!(answer.answer.rcode, Rcode::ServFail | Rcode::NxDomain);
    let mut failures: Vec<Failure> = Vec::new();
    let mut open: Option<Failure> = None;
    for answer in view.resolutions().iter().filter(|answer| answer.name == *name) {
        if fails(answer) {
            let failure =
                open.get_or_insert(Failure { from: answer.asked, until: answer.answered, recovered: None });
            failure.until = answer.answered;
        } else if !answer.addresses.is_empty()
            && let Some(failure) = open.take()
        {
            failures.push(Failure { recovered: Some(answer.answered), ..failure });
        }
    }
    failures.extend(open);
    failures
}

fn judge_failure(view: &View<'_>, name: &Name, failure: &Failure, tally: &mut Tally) {
    let queries: Vec<At> = view
        .dns()
        .filter(|(datagram, query)| {
            datagram.is_from_device()
                && failure.from <= datagram.at
                && datagram.at <= failure.until
                && query.questions.iter().any(|question| question.name == *name)
        })
        .map(|(datagram, _)| datagram.at)
        .collect();
    restraint(view, name, &queries, tally);
    let end = failure.recovered.unwrap_or(view.end());
    let reset = view.boots().iter().find(|boot| {
        failure.from < boot.at && boot.at < end && !matches!(boot.reason, "deep-sleep" | "power-on")
    });
    match (reset, failure.recovered) {
        (Some(boot), _) => {
            tally.bad(boot.at, format!("the device restarts ({}) while {name} fails", boot.reason))
        }
        (None, Some(at)) => tally.good(at, format!("{name} is asked for again and resolves")),
        (None, None) if end.since(failure.until) > view.duration("cap") => {
            tally.bad(failure.until, format!("{name} is not asked for again after this answer"));
        }
        (None, None) => {}
    }
}

fn restraint(view: &View<'_>, name: &Name, queries: &[At], tally: &mut Tally) {
    let (Some(first), Some(last)) = (queries.first(), queries.last()) else { return };
    let span = last.since(*first).as_secs_f64();
    let count = f64::from(u32::try_from(queries.len() - 1).unwrap_or(u32::MAX));
    // A single attempt with its retries is no average.
    if span > 10.0 && count / span > view.number("dns_rate") {
        tally.bad(*last, format!("{name} was asked for {} times in {span:.0} s", queries.len()));
    }
    let gaps: Vec<Duration> =
        queries.windows(2).map(|pair| pair[1].since(pair[0])).filter(|gap| *gap > ONE_ATTEMPT).collect();
    if gaps.len() >= LEAST_GAPS
        && let (Some(shortest), Some(longest)) = (gaps.iter().min(), gaps.iter().max())
        && longest.as_secs_f64() < 1.5 * shortest.as_secs_f64()
    {
        let text = format!(
            "{} attempts for {name} come every {:.1} s and never back off",
            gaps.len(),
            shortest.as_secs_f64()
        );
        tally.bad(*last, text);
    }
}
