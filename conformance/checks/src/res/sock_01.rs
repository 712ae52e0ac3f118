//! RES-SOCK-01: the firmware stays within the board's sockets.

use nanorig_trace::event::DeviceEvent;

use crate::view::At;
use crate::{Check, Finding, Tally, View};

pub(crate) const CHECK: Check = Check { id: "RES-SOCK-01", always: true, judge };

/// What stands for a socket in the budget of a board.
const BUDGETS: &[&str] = &["sockets", "tcp-pcbs", "udp-pcbs"];
/// Calls by which the operator takes sockets until there are none, on purpose.
const PROVOKES: &[&str] = &["tcp.open", "tls.open", "udp.open", "socket.open"];

fn judge(view: &View<'_>) -> Finding {
    let mut tally = Tally::default();
    let mut worst: Option<(At, u32, u32)> = None;
    for (at, _, sample) in view.samples().filter(|(_, _, sample)| sample.sockets_limit > 0) {
        if sample.sockets_peak > sample.sockets_limit {
            tally.bad(
                at,
                format!("{} sockets at once, the board has {}", sample.sockets_peak, sample.sockets_limit),
            );
        }
        let peak = sample.sockets_peak.max(sample.sockets);
        if peak > 0 && worst.is_none_or(|(_, most, _)| peak >= most) {
            worst = Some((at, peak, sample.sockets_limit));
        }
    }
    for (at, event) in view.device_events() {
        if let DeviceEvent::BudgetExceeded { budget, what, .. } = event
            && BUDGETS.contains(&budget.as_str())
            && !is_provoked(view, at)
        {
            tally.bad(at, format!("{what} finds no place: {budget}"));
        }
    }
    if let Some((at, peak, limit)) = worst {
        tally.good(at, format!("at most {peak} of {limit} sockets at once"));
    }
    tally.finish(
        "the sockets of the board were enough",
        "the sockets of the board were not enough",
        "the device used no socket, or did not tell of any",
    )
}

/// The operator was opening sockets at that moment, or holds some that the scenario took.
pub(super) fn is_provoked(view: &View<'_>, at: At) -> bool {
    let calls = view.calls().iter().filter(|call| call.hand == "device" && PROVOKES.contains(&call.name));
    let opened = calls.clone().any(|call| call.at < at && call.outcome.is_none_or(|(ended, ..)| ended > at));
    let closed = view.calls_named("socket.close").rev().find(|call| call.at < at).map(|call| call.at);
    let held = calls.clone().any(|call| {
        call.succeeded()
            && call
                .outcome
                .is_some_and(|(ended, ..)| ended < at && closed.is_none_or(|closed| closed < ended))
    });
    opened || held
}

#[cfg(test)]
mod tests {
    use nanorig_trace::event::{DeviceEvent, Resources};
    use serde_json::json;

    use crate::Verdict;
    use crate::testing::Story;

    fn sampled(peak: u32) -> Story {
        let mut story = Story::new();
        let resources =
            Resources { sockets: 1, sockets_peak: peak, sockets_limit: 10, ..Resources::default() };
        story.at(1.0).sample("connected", resources);
        story
    }

    fn exceeded(story: &mut Story) {
        let (budget, what) = ("sockets".into(), "tcp connection".into());
        story.event(DeviceEvent::BudgetExceeded { budget, what, wanted: 1, left: 0 });
    }

    #[test]
    fn all_sockets_pass_and_one_more_fails() {
        sampled(10).expect("RES-SOCK-01", Verdict::Pass);
        sampled(11).expect("RES-SOCK-01", Verdict::Fail);
    }

    #[test]
    fn running_out_fails_unless_the_operator_took_them() {
        let mut story = sampled(4);
        exceeded(&mut story);
        story.expect("RES-SOCK-01", Verdict::Fail);
        let mut story = sampled(4);
        story.at(2.0).action("tcp.open", json!({ "count": 3 }));
        exceeded(&mut story);
        story.outcome("tcp.open", false, json!({ "error": "no-socket" }));
        story.expect("RES-SOCK-01", Verdict::Pass);
    }

    #[test]
    fn no_sample_and_no_socket_are_inconclusive() {
        Story::new().expect("RES-SOCK-01", Verdict::Inconclusive);
        let mut story = Story::new();
        story.sample("boot", Resources { sockets_limit: 10, ..Resources::default() });
        story.expect("RES-SOCK-01", Verdict::Inconclusive);
    }
}
