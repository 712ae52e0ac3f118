//! RES-LEAK-02: messages cost no heap.

use super::leak::{Leak, exhausted, leaks, least};
use crate::view::At;
use crate::{Check, Finding, Tally, View};

pub(crate) const CHECK: Check = Check { id: "RES-LEAK-02", always: false, judge };

/// What may stay in use once and for all, such as a buffer that has grown.
const ONCE: f64 = 1_024.0;
/// So many messages that fitted have shown that there is room for one.
const SHOWN: usize = 10;

fn judge(view: &View<'_>) -> Finding {
    let messages: Vec<At> = view
        .connections_to("hub")
        .flat_map(|connection| connection.telemetry().map(|(at, ..)| at).collect::<Vec<_>>())
        .collect();
    let requests = view
        .connections_to("web")
        .flat_map(|connection| connection.from_device().map(|packet| packet.at).collect::<Vec<_>>());
    let mut happened: Vec<At> = messages.into_iter().chain(requests).collect();
    happened.sort();
    let mut tally = Tally::default();
    let least = least(view, "leak_messages");
    for Leak { from, to, count, lost, heap, point } in leaks(view, &happened, least) {
        let each = lost / count as f64;
        let text = format!("{each:.1} B of {heap} heap at point {point} for each of {count} messages");
        if lost > view.number("leak_tol") * count as f64 + ONCE {
            tally.bad(to, format!("{text} since {}", from.time));
        } else {
            tally.good(to, text);
        }
    }
    let ran_out = happened.get(SHOWN - 1).and_then(|shown| exhausted(view, shown.time));
    if let Some((at, text)) = ran_out {
        tally.bad(at, format!("{text}, after {} messages", happened.len()));
    }
    tally.finish(
        "messages cost no heap",
        "messages cost heap",
        "the device did not tell its heap before and after enough messages",
    )
}

#[cfg(test)]
mod tests {
    use nanorig_trace::event::{DeviceEvent, Resources};

    use crate::Verdict;
    use crate::testing::Story;

    /// 100 messages that cost so many bytes each.
    fn costs(each: u64) -> Story {
        let mut story = Story::new();
        story.parameter("leak_messages", 50);
        let conn = story.at(1.0).session(false);
        for number in 0..=100_u16 {
            let used = 40_000 + each * u64::from(number);
            let resources = Resources { native_used: used, native_limit: 200_000, ..Resources::default() };
            story.at(1.0 + f64::from(number)).sample("sample", resources);
            story.telemetry(conn, number + 1, "{}").puback(conn, number + 1);
        }
        story
    }

    #[test]
    fn no_growth_passes_and_a_leak_fails() {
        costs(0).expect("RES-LEAK-02", Verdict::Pass);
        costs(41).expect("RES-LEAK-02", Verdict::Pass);
        costs(44).expect("RES-LEAK-02", Verdict::Fail);
        costs(200).expect("RES-LEAK-02", Verdict::Fail);
    }

    #[test]
    fn running_out_fails() {
        let mut story = costs(0);
        let (budget, what) = ("managed-heap".into(), "hub-message".into());
        story.event(DeviceEvent::BudgetExceeded { budget, what, wanted: 100, left: 84 });
        story.expect("RES-LEAK-02", Verdict::Fail);
    }

    #[test]
    fn a_peak_for_a_moment_is_no_leak() {
        let mut story = costs(0);
        let resources = Resources { native_used: 90_000, native_limit: 200_000, ..Resources::default() };
        story.at(200.0).sample("sample", resources);
        story.expect("RES-LEAK-02", Verdict::Pass);
    }

    #[test]
    fn fewer_messages_than_the_threshold_are_inconclusive() {
        let mut story = costs(200);
        story.parameter("leak_messages", 102);
        story.expect("RES-LEAK-02", Verdict::Inconclusive);
    }

    #[test]
    fn without_samples_it_is_inconclusive() {
        let mut story = Story::new();
        let conn = story.at(1.0).session(false);
        story.telemetry(conn, 1, "{}");
        story.expect("RES-LEAK-02", Verdict::Inconclusive);
    }
}
