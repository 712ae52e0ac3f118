//! TLS-REC-03: a record longer than the standard allows ends the connection.

use super::bad_record;
use crate::view::{At, Connection};
use crate::{Check, Finding, Tally, View};

pub(crate) const CHECK: Check = Check { id: "TLS-REC-03", always: true, judge };

/// What a connection or its buffer takes is far more.
const NOISE_BYTES: u64 = 1_024;

fn judge(view: &View<'_>) -> Finding {
    let mut tally = Tally::default();
    for (at, connection) in bad_record::judge(view, "oversized-record", &mut tally) {
        judge_heap(view, connection, at, &mut tally);
    }
    tally.finish(
        "a record that is too long ended the connection",
        "a record that is too long was not handled as it should be",
        "no server sent a record that is too long, or the connection ended for another reason",
    )
}

/// Samples of one kind before and after the record say whether the heap came back. What another TLS link or the
/// application itself takes meanwhile is not gone.
fn judge_heap(view: &View<'_>, connection: &Connection<'_>, at: At, tally: &mut Tally) {
    let closed = connection.ended(view.end());
    let Some((before, point, sample)) = view.samples().rfind(|(when, ..)| *when < at) else { return };
    let after = view.samples().find(|(when, own, later)| {
        *when > closed && *own == point && later.tls_contexts == sample.tls_contexts
    });
    let Some((after, _, later)) = after.filter(|(after, ..)| !view.boots_between(before, *after)) else {
        return;
    };
    let takes = |name: &str| matches!(name, "heap.take" | "heap.free");
    if view.calls().iter().any(|call| takes(call.name) && before < call.at && call.at < after) {
        return;
    }
    let lost = later.native_used.saturating_sub(sample.native_used);
    if lost > NOISE_BYTES {
        tally.bad(after, format!("{lost} B of the native heap are gone since {}", before.time));
    }
}

#[cfg(test)]
mod tests {
    use nanorig_trace::event::{CloseHow, Party, Resources};
    use serde_json::json;

    use crate::Verdict;
    use crate::testing::Story;
    use crate::tls::bad_record::tests::calibrate;

    #[test]
    fn the_connection_must_end() {
        calibrate("TLS-REC-03", "oversized-record", "corrupt-record");
    }

    /// A record that is too long at 3 s, and samples before and after it.
    fn sampled(before: Resources, taken: bool, after: Resources) -> Story {
        let mut story = Story::new();
        story.at(1.0).sample("idle", before);
        let conn = story.at(2.0).session(false);
        story.at(3.0).tls_oddity(conn, "oversized-record");
        story.at(3.1).close(conn, Party::Device, CloseHow::Fin);
        if taken {
            story.action("heap.take", json!({ "size": 2_048 }));
        }
        story.at(4.0).sample("idle", after);
        story
    }

    #[test]
    fn the_heap_must_come_back() {
        for (lost, verdict) in [(1_024, Verdict::Pass), (1_025, Verdict::Fail)] {
            let used = |native_used| Resources { native_used, ..Resources::default() };
            sampled(used(20_000), false, used(20_000 + lost)).expect("TLS-REC-03", verdict);
        }
    }

    #[test]
    fn what_a_link_or_the_application_takes_is_not_gone() {
        let used =
            |native_used, tls_contexts| Resources { native_used, tls_contexts, ..Resources::default() };
        sampled(used(2_000, 0), false, used(40_000, 1)).expect("TLS-REC-03", Verdict::Pass);
        sampled(used(2_000, 0), true, used(4_048, 0)).expect("TLS-REC-03", Verdict::Pass);
    }
}
