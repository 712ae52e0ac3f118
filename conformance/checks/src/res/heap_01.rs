//! RES-HEAP-01: some heap is left at the peak of a TLS handshake.

use crate::{Check, Finding, Tally, View};

pub(crate) const CHECK: Check = Check { id: "RES-HEAP-01", always: false, judge };

fn judge(view: &View<'_>) -> Finding {
    let floor = view.number("heap_floor");
    let handshakes: Vec<_> = view
        .connections()
        .iter()
        .filter_map(|connection| {
            let tls = connection.tls?;
            Some((tls.at, connection.certificate.map_or(0, |certificate| certificate.chain_bytes)))
        })
        .collect();
    let mut tally = Tally::default();
    for (at, point, sample) in view.samples().filter(|(_, _, sample)| sample.native_limit > 0) {
        let since_boot = view.boot_of(at).map(|boot| boot.at);
        let done =
            handshakes.iter().filter(|(done, _)| *done < at && since_boot.is_none_or(|boot| *done > boot));
        // The peak counts from the start of the firmware: before a handshake it says nothing.
        let Some(largest) = done.map(|(_, bytes)| *bytes).max() else { continue };
        let left = sample.native_limit.saturating_sub(sample.native_peak);
        let text = format!("{left} B left at the peak, with a chain of {largest} B, at point {point}");
        if (left as f64) < floor {
            tally.bad(at, text);
        } else {
            tally.good(at, text);
        }
    }
    tally.finish(
        "heap was left at the peak of every handshake",
        "too little heap was left at the peak of a handshake",
        "the device did not tell its heap after a handshake",
    )
}

#[cfg(test)]
mod tests {
    use nanorig_trace::event::Resources;

    use crate::Verdict;
    use crate::testing::Story;

    fn left(bytes: u64) -> Story {
        let mut story = Story::new();
        story.at(1.0).session(false);
        let resources =
            Resources { native_limit: 100_000, native_peak: 100_000 - bytes, ..Resources::default() };
        story.at(2.0).sample("connected", resources);
        story
    }

    #[test]
    fn the_floor_comes_in_a_pair() {
        left(8_192).expect("RES-HEAP-01", Verdict::Pass);
        left(8_191).expect("RES-HEAP-01", Verdict::Fail);
    }

    #[test]
    fn a_sample_before_any_handshake_is_inconclusive() {
        let mut story = Story::new();
        let resources = Resources { native_limit: 100_000, native_peak: 99_999, ..Resources::default() };
        story.sample("boot", resources).at(2.0).session(false);
        story.expect("RES-HEAP-01", Verdict::Inconclusive);
    }
}
