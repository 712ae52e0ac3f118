//! RES-SOCK-02: after failures and ends the number of sockets is what it was.

use nanorig_trace::event::{DeviceEvent, Resources};

use super::sock_01::is_provoked;
use crate::mqtt::disc_01::LEFT_OPEN;
use crate::view::At;
use crate::{Check, Finding, Tally, View};

pub(crate) const CHECK: Check = Check { id: "RES-SOCK-02", always: false, judge };

fn judge(view: &View<'_>) -> Finding {
    let mut tally = Tally::default();
    for connection in view.connections() {
        let left = connection.disconnect().filter(|_| connection.closed_by_device().is_none());
        if let Some(left) = left.filter(|left| connection.ended(view.end()).since(*left) > LEFT_OPEN) {
            tally.bad(left, format!("connection {} was left open after DISCONNECT", connection.id));
        }
    }
    let samples = idle_samples(view);
    let Some(((first, base), rest)) = samples.split_first().filter(|_| !tally.has_bad()) else {
        if tally.has_bad() {
            return tally.finish("", "a connection was left open", "");
        }
        return Finding::inconclusive("the device did not tell its sockets while it was idle");
    };
    for (at, sample) in rest {
        let ended = view.connections().iter().filter(|connection| {
            connection.closed.is_some_and(|closed| closed.at > *first && closed.at < *at)
        });
        let cycles = ended.clone().count();
        // TIME-WAIT keeps a socket for two segment lifetimes (RFC 9293 3.6.1).
        let lingering = ended.filter(|connection| {
            connection.closed.is_some_and(|closed| at.since(closed.at) < view.duration("msl") * 2)
        });
        let allowed = base.sockets + u32::try_from(lingering.count()).unwrap_or(u32::MAX);
        if cycles == 0 {
            continue;
        }
        if sample.sockets > allowed {
            tally.bad(
                *at,
                format!("{} sockets after {cycles} connections, {} before", sample.sockets, base.sockets),
            );
        } else {
            tally.good(
                *at,
                format!("{} sockets after {cycles} connections, {} before", sample.sockets, base.sockets),
            );
        }
    }
    for (at, event) in view.device_events().filter(|(at, _)| *at > *first) {
        if let DeviceEvent::BudgetExceeded { budget, what, .. } = event
            && matches!(budget.as_str(), "sockets" | "tcp-pcbs")
            && !is_provoked(view, at)
        {
            tally.bad(at, format!("{what} finds no socket any more"));
        }
    }
    tally.finish("all sockets came back", "sockets were lost", "no connection ended between two samples")
}

/// Samples with no connection open: those that the scenario asked for, and those after an end.
fn idle_samples<'t>(view: &View<'t>) -> Vec<(At, &'t Resources)> {
    let idle = |at: At| {
        view.connections().iter().all(|connection| {
            connection.opened > at || connection.closed.is_some_and(|closed| closed.at <= at)
        })
    };
    let last_boot = view.boots().last().map(|boot| boot.at);
    let samples = view.samples().filter(|(at, _, sample)| {
        sample.sockets_limit > 0 && idle(*at) && last_boot.is_none_or(|boot| *at > boot)
    });
    samples.map(|(at, _, sample)| (at, sample)).collect()
}

#[cfg(test)]
mod tests {
    use nanorig_trace::event::{DeviceEvent, Resources};
    use serde_json::json;

    use crate::Verdict;
    use crate::testing::Story;

    fn sample(story: &mut Story, sockets: u32) {
        story.sample("sample", Resources { sockets, sockets_limit: 10, ..Resources::default() });
    }

    fn cycles(pause: f64, after: u32) -> Story {
        let mut story = Story::new();
        let conn = story.at(1.0).session(false);
        story.at(2.0).leaves(conn).at(200.0);
        sample(&mut story, 1);
        for number in 0..5_u32 {
            let conn = story.at(300.0 + f64::from(number)).session(true);
            story.cut(conn);
        }
        story.at(304.0 + pause);
        sample(&mut story, after);
        story
    }

    #[test]
    fn the_old_number_passes_and_one_more_fails() {
        cycles(121.0, 1).expect("RES-SOCK-02", Verdict::Pass);
        cycles(121.0, 2).expect("RES-SOCK-02", Verdict::Fail);
    }

    #[test]
    fn time_wait_is_no_loss() {
        cycles(119.0, 2).expect("RES-SOCK-02", Verdict::Pass);
        cycles(60.0, 7).expect("RES-SOCK-02", Verdict::Fail);
    }

    #[test]
    fn running_out_fails_unless_the_operator_took_them() {
        let exceeded = |story: &mut Story| {
            let (budget, what) = ("sockets".into(), "tcp".into());
            story.event(DeviceEvent::BudgetExceeded { budget, what, wanted: 1, left: 0 });
        };
        let mut story = cycles(121.0, 1);
        exceeded(&mut story);
        story.expect("RES-SOCK-02", Verdict::Fail);
        let mut story = cycles(121.0, 1);
        story.action("tcp.open", json!({ "count": 30 }));
        exceeded(&mut story);
        story.outcome("tcp.open", false, json!({ "error": "no-socket" }));
        story.expect("RES-SOCK-02", Verdict::Pass);
    }

    #[test]
    fn one_sample_is_inconclusive() {
        let mut story = Story::new();
        sample(&mut story, 0);
        story.expect("RES-SOCK-02", Verdict::Inconclusive);
    }
}
