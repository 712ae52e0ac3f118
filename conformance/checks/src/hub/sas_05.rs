//! HUB-SAS-05: renewing a token costs no heap.

use super::token::expiry;
use crate::res::leak::{Leak, leaks, starved};
use crate::view::At;
use crate::{Check, Finding, Tally, View};

pub(crate) const CHECK: Check = Check { id: "HUB-SAS-05", always: false, judge };

/// Fewer renewals cannot be told from the heap's usual ups and downs.
const LEAST_RENEWALS: usize = 10;

fn judge(view: &View<'_>) -> Finding {
    let mut renewals: Vec<At> = Vec::new();
    let mut current = None;
    for connection in view.connections_to("hub") {
        let (Some(at), Some(expiry)) = (connection.accepted(), expiry(connection)) else { continue };
        if current.is_some_and(|known| known != expiry) {
            renewals.push(at);
        }
        current = Some(expiry);
    }
    let mut tally = Tally::default();
    for Leak { from, to, count, lost, heap, point } in leaks(view, &renewals, LEAST_RENEWALS) {
        let each = lost / count as f64;
        let text = format!("{each:.1} B of {heap} heap at point {point} for each of {count} renewals");
        if each > view.number("leak_tol") {
            tally.bad(to, format!("{text} since {}", from.time));
        } else {
            tally.good(to, text);
        }
    }
    // With nothing left to connect again there are no more renewals to count.
    if let Some((at, text)) = starved(view).filter(|_| !renewals.is_empty()) {
        tally.bad(at, text);
    }
    tally.finish(
        "renewals cost no heap",
        "renewals cost heap",
        "the device did not tell its heap before and after enough renewals",
    )
}

#[cfg(test)]
mod tests {
    use nanorig_trace::event::{DeviceEvent, Resources};

    use super::super::token::tests::session_until;
    use crate::Verdict;
    use crate::testing::Story;

    fn renews(each: u64) -> Story {
        let mut story = Story::new();
        for number in 0..21_u32 {
            story.at(f64::from(number) * 100.0);
            let conn = session_until(&mut story, i64::from(number) * 100 + 120);
            let native_used = 50_000 + u64::from(number) * each;
            let resources = Resources { native_used, native_limit: 200_000, ..Resources::default() };
            story.sample("connected", resources).leaves(conn);
        }
        story
    }

    #[test]
    fn the_limits_come_in_pairs() {
        renews(31).expect("HUB-SAS-05", Verdict::Pass);
        renews(33).expect("HUB-SAS-05", Verdict::Fail);
        renews(6_500).expect("HUB-SAS-05", Verdict::Fail);
    }

    #[test]
    fn running_out_after_a_few_renewals_fails() {
        for (renewals, verdict) in [(2, Verdict::Fail), (1, Verdict::Inconclusive)] {
            let mut story = Story::new();
            for number in 0..renewals {
                story.at(f64::from(number) * 100.0);
                let conn = session_until(&mut story, i64::from(number) * 100 + 120);
                story.leaves(conn);
            }
            let (budget, what) = ("native-heap".into(), "tls-handshake".into());
            story.at(600.0).event(DeviceEvent::BudgetExceeded { budget, what, wanted: 2_048, left: 1_856 });
            story.expect("HUB-SAS-05", verdict);
        }
    }

    #[test]
    fn without_samples_it_is_inconclusive() {
        let mut story = Story::new();
        session_until(&mut story, 120);
        story.expect("HUB-SAS-05", Verdict::Inconclusive);
    }
}
