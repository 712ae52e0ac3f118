//! RES-FRAG-01: after hours of work the heap still has a block for a handshake.

use std::time::Duration;

use crate::{Check, Finding, Tally, View};

pub(crate) const CHECK: Check = Check { id: "RES-FRAG-01", always: false, judge };

/// Less work does not fragment a heap.
const LEAST_WORK: Duration = Duration::from_secs(3_600);

fn judge(view: &View<'_>) -> Finding {
    let block = view.number("handshake_block");
    let mut tally = Tally::default();
    for boot in view.boots() {
        let own: Vec<_> =
            view.samples().filter(|(at, _, sample)| boot.contains(*at) && sample.native_limit > 0).collect();
        let (Some((first, ..)), Some((last, ..))) = (own.first(), own.last()) else { continue };
        if last.since(*first) < LEAST_WORK {
            continue;
        }
        // The last quarter shows what the work has left.
        let late = own.iter().filter(|(at, ..)| last.since(*at) <= last.since(*first) / 4);
        for (at, point, sample) in late {
            let text = format!("the largest free block is {} B at point {point}", sample.native_largest);
            if (sample.native_largest as f64) < block {
                tally.bad(*at, text);
            } else {
                tally.good(*at, text);
            }
        }
    }
    tally.finish(
        "the heap kept a block for a handshake",
        "the heap is too fragmented for a handshake",
        "the device did not tell its heap over an hour of work",
    )
}

#[cfg(test)]
mod tests {
    use nanorig_trace::event::Resources;

    use crate::Verdict;
    use crate::testing::Story;

    fn works_until(second: f64, largest: u64) -> Story {
        let mut story = Story::new();
        story.boot("power-on");
        story.at(1.0).sample(
            "sample",
            Resources { native_largest: 90_000, native_limit: 200_000, ..Resources::default() },
        );
        let after = Resources { native_largest: largest, native_limit: 200_000, ..Resources::default() };
        story.at(second).sample("sample", after);
        story
    }

    #[test]
    fn the_limit_comes_in_a_pair() {
        works_until(86_400.0, 16_717).expect("RES-FRAG-01", Verdict::Pass);
        works_until(86_400.0, 16_716).expect("RES-FRAG-01", Verdict::Fail);
    }

    #[test]
    fn a_short_run_is_inconclusive() {
        works_until(3_600.0, 100).expect("RES-FRAG-01", Verdict::Inconclusive);
    }
}
