//! HUB-D2C-06: messages are kept over an outage, in order and up to a bound.

use nanorig_trace::event::Resources;

use super::sequence::{Absence, Sequence, absences, sequences};
use super::series::body_bytes;
use crate::view::At;
use crate::{Check, Finding, Tally, View};

pub(crate) const CHECK: Check = Check { id: "HUB-D2C-06", always: false, judge };

/// An outage that asks something of a queue has this many messages.
const LEAST_MESSAGES: usize = 20;

fn judge(view: &View<'_>) -> Finding {
    let mut tally = Tally::default();
    let mut heap = Tally::default();
    let absences = absences(view);
    let kept = view.number("kept_messages");
    for sequence in sequences(view) {
        let mut met = false;
        for absence in &absences {
            met |= judge_absence(view, &sequence, absence, kept, &mut tally);
            judge_heap(view, &sequence, absence, &mut heap);
        }
        if let Some((at, late, latest)) = sequence.overtaken().filter(|_| met) {
            tally.bad(at, format!("message {late} came after message {latest}"));
        }
    }
    if !tally.has_bad() && !tally.is_empty() && heap.is_empty() {
        return Finding::inconclusive("no two samples of the memory show whether the queue is bounded");
    }
    tally.absorb(heap);
    tally.finish(
        "messages were kept over the outage, in order and within a bound",
        "messages were not kept over the outage as they should be",
        "no outage came in which numbered telemetry asked something of a queue",
    )
}

/// True when the outage asked something of the queue.
fn judge_absence(
    view: &View<'_>,
    sequence: &Sequence<'_, '_>,
    absence: &Absence,
    kept: f64,
    tally: &mut Tally,
) -> bool {
    let Some(toll) = sequence.toll(view, absence, kept) else { return false };
    let text = format!("{} of {} messages of the outage were lost, {kept} are kept", toll.lost, toll.told);
    if toll.too_many {
        tally.bad(absence.from, text);
    } else if toll.told >= LEAST_MESSAGES {
        tally.good(absence.from, text);
    }
    toll.too_many || toll.told >= LEAST_MESSAGES
}

/// Memory that grows with each message of an outage has no bound. What the bound is, the scenario says; where it does
/// not, a queue that has stopped growing has one, and one that still grows may have it further on.
fn judge_heap(view: &View<'_>, sequence: &Sequence<'_, '_>, absence: &Absence, tally: &mut Tally) {
    let until = absence.until.unwrap_or(view.end());
    let told = |from: At, to: At| sequence.told_between(from.time, to.time).len();
    let bound = view.given("kept_messages");
    let from = sequence.keeps_from(absence);
    let full = |at: At| bound.is_none_or(|bound| told(from, at) as f64 >= bound);
    let samples: Vec<_> = view
        .samples()
        .filter(|(at, _, _)| *at > from && *at < until && full(*at))
        .map(|(at, _, resources)| (at, resources))
        .collect();
    // A handshake takes far more than a message: only like is compared with like.
    let alike = |one: &Resources, other: &Resources| one.tls_contexts == other.tls_contexts;
    let apart = |from: At, to: At| from < to && told(from, to) >= LEAST_MESSAGES;
    let found = match (bound, samples.first(), samples.last()) {
        (Some(_), Some(first), _) => {
            let last = samples.iter().rev().find(|(_, after)| alike(first.1, after));
            last.map(|last| (first, last))
        }
        (None, _, Some(last)) => {
            let mut earlier = samples.iter().rev();
            earlier
                .find(|(at, before)| apart(*at, last.0) && alike(before, last.1))
                .map(|first| (first, last))
        }
        _ => None,
    };
    let Some(((first, before), (last, after))) = found.filter(|(first, last)| apart(first.0, last.0)) else {
        return;
    };
    let used = |resources: &Resources| resources.native_used + resources.managed_used;
    let (told, grown) = (told(*first, *last), used(after).saturating_sub(used(before)));
    let text = format!("{told} messages made the heap grow by {grown} B");
    if grown < told as u64 * body_bytes(sequence.call).max(2) / 2 {
        tally.good(*last, text);
    } else if bound.is_some() {
        tally.bad(*last, text);
    }
}

#[cfg(test)]
mod tests {
    use nanorig_trace::event::{CloudEvent, Resources};
    use serde_json::json;

    use crate::Verdict;
    use crate::testing::Story;

    /// One message each second; a hundred are due between the cut at 20 s and the return at 120 s. The numbers are
    /// those that arrive afterwards, and the memory is what is used at 70 s and at 110 s.
    fn outage(numbers: impl IntoIterator<Item = u64>, memory: [u64; 2]) -> Story {
        let mut story = Story::new();
        let conn = story.at(0.5).subscribed_session();
        let args =
            json!({ "sequence": "n", "count": 150, "every": 1_000_000, "body": "twenty bytes of text" });
        story.at(1.0).action("telemetry.send", args);
        for number in 1..=19_u32 {
            story.at(f64::from(number) + 0.1).telemetry(conn, 1, "twenty bytes of text");
            arrives(&mut story, number.into(), 1);
        }
        story.at(20.05).cut(conn);
        for (second, managed_used) in [70.0, 110.0].into_iter().zip(memory) {
            story.at(second).sample("sample", Resources { managed_used, ..Resources::default() });
        }
        let conn = story.at(120.0).session(true);
        for number in numbers {
            arrives(story.telemetry(conn, 1, "twenty bytes of text"), number, 1);
        }
        story.parameter("kept_messages", 40);
        story.at(200.0).leaves(conn);
        story
    }

    fn arrives(story: &mut Story, number: u64, qos: u8) {
        let (device, system) = ("nano-01".into(), json!({}));
        let (properties, body) = (json!({ "n": number.to_string() }), json!("twenty bytes of text"));
        story.event(CloudEvent::Telemetry { device, properties, system, body, qos });
    }

    const LEVEL: [u64; 2] = [9_000, 9_399];

    #[test]
    fn the_last_or_the_first_messages_in_order_pass() {
        outage(80..=150, LEVEL).expect("HUB-D2C-06", Verdict::Pass);
        outage((20..=59).chain(121..=150), LEVEL).expect("HUB-D2C-06", Verdict::Pass);
    }

    #[test]
    fn a_message_that_comes_again_is_in_order() {
        outage((18..=19).chain(80..=150), LEVEL).expect("HUB-D2C-06", Verdict::Pass);
    }

    #[test]
    fn one_message_less_than_is_kept_fails() {
        outage(81..=150, LEVEL).expect("HUB-D2C-06", Verdict::Pass);
        outage(82..=150, LEVEL).expect("HUB-D2C-06", Verdict::Fail);
    }

    /// A link that went silent at 20 s, which the device knew at 60 s; at 120 s it is back and sends these messages.
    fn silence(qos: u8, numbers: impl IntoIterator<Item = u64>) -> Story {
        let mut story = Story::new();
        let conn = story.at(0.5).subscribed_session();
        story.at(1.0).action("telemetry.send", json!({ "sequence": "n", "count": 150, "every": 1_000_000 }));
        for number in 1..=19_u32 {
            arrives(story.at(f64::from(number) + 0.1).telemetry(conn, 1, "{}"), number.into(), qos);
        }
        story.at(60.0).hub_status("Disconnected", "timeout").at(65.0).cut(conn);
        let conn = story.at(120.0).session(true);
        for number in numbers {
            arrives(story.telemetry(conn, 1, "{}"), number, qos);
        }
        story.parameter("kept_messages", 70);
        story.at(200.0).leaves(conn);
        story
    }

    #[test]
    fn at_qos_0_what_went_into_a_dead_session_is_nobodys_loss() {
        // Of 70 messages that are kept 60 were due by then, so that the memory says nothing.
        silence(0, 61..=150).expect("HUB-D2C-06", Verdict::Inconclusive);
        silence(0, 62..=150).expect("HUB-D2C-06", Verdict::Fail);
        silence(1, 61..=150).expect("HUB-D2C-06", Verdict::Fail);
    }

    #[test]
    fn another_order_fails() {
        outage((80..=119).rev().chain(120..=150), LEVEL).expect("HUB-D2C-06", Verdict::Fail);
    }

    #[test]
    fn memory_that_grows_with_the_messages_fails() {
        outage(20..=150, [9_000, 9_400]).expect("HUB-D2C-06", Verdict::Fail);
    }

    #[test]
    fn without_a_stated_bound_memory_must_have_stopped_to_grow() {
        for (memory, verdict) in [(LEVEL, Verdict::Pass), ([9_000, 9_400], Verdict::Inconclusive)] {
            let mut story = outage(20..=150, memory);
            story.trace().header.parameters.clear();
            story.expect("HUB-D2C-06", verdict);
        }
    }

    #[test]
    fn without_samples_an_outage_or_numbers_it_is_inconclusive() {
        let mut unsampled = outage(80..=150, LEVEL);
        unsampled.trace().records.retain(|record| !format!("{record:?}").contains("ResourcesNow"));
        unsampled.expect("HUB-D2C-06", Verdict::Inconclusive);
        let mut story = Story::new();
        let conn = story.at(0.5).subscribed_session();
        let args = json!({ "sequence": "n", "count": 10, "every": 1_000_000 });
        story.at(1.0).action("telemetry.send", args).telemetry(conn, 1, "{}").at(100.0).leaves(conn);
        story.expect("HUB-D2C-06", Verdict::Inconclusive);
        let mut unnumbered = Story::new();
        let conn = unnumbered.at(0.5).subscribed_session();
        unnumbered.at(1.0).action("telemetry.send", json!({ "count": 100, "every": 1_000_000 }));
        unnumbered.at(2.0).cut(conn).at(80.0).session(true);
        unnumbered.at(300.0).hub_status("Connected", "ok");
        unnumbered.expect("HUB-D2C-06", Verdict::Inconclusive);
    }
}
