//! How the heap in use grew over things that happened many times.

use std::time::Duration;

use nanorig_trace::Time;
use nanorig_trace::event::{DeviceEvent, Resources};

use crate::View;
use crate::view::At;

/// Growth of one heap between two samples of one kind.
pub(crate) struct Leak<'t> {
    /// The earlier sample.
    pub(crate) from: At,
    /// The later sample.
    pub(crate) to: At,
    /// What happened that often between them.
    pub(crate) count: usize,
    /// Bytes that are in use more than before; negative when fewer.
    pub(crate) lost: f64,
    /// `native` or `managed`.
    pub(crate) heap: &'static str,
    /// Point that both samples were taken at.
    pub(crate) point: &'t str,
}

/// The threshold that says how often something has to happen before its cost can be told.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a number of cycles is small and positive"
)]
pub(super) fn least(view: &View<'_>, name: &str) -> usize {
    view.number(name) as usize
}

/// A heap's name and how its use is read.
pub(super) type Heap = (&'static str, fn(&Resources) -> u64, fn(&Resources) -> u64);

pub(super) const HEAPS: [Heap; 2] = [
    ("native", |sample| sample.native_used, |sample| sample.native_limit),
    ("managed", |sample| sample.managed_used, |sample| sample.managed_limit),
];

/// Where the heap ran out after `from` under something that had fitted before: then a leak has come to its end. What the
/// operator takes on purpose does not count.
pub(super) fn exhausted(view: &View<'_>, from: Time) -> Option<(At, String)> {
    const TAKES: &[&str] = &["heap.take", "tls.open", "tcp.open"];
    let taken = view.calls().iter().any(|call| call.hand == "device" && TAKES.contains(&call.name));
    view.device_events().filter(|(at, _)| at.time > from && !taken).find_map(|(at, event)| match event {
        DeviceEvent::BudgetExceeded { budget, what, wanted, left } if budget.ends_with("-heap") => {
            Some((at, format!("no room any more for {what}: {wanted} B of {budget} wanted, {left} B left")))
        }
        _ => None,
    })
}

/// What a stack keeps of connections that are over is free again by then: twice the longest lifetime of a segment
/// (RFC 9293 3.4.2, 3.6.1). A small heap that is full of them for a while has lost nothing.
const TIME_WAIT: Duration = Duration::from_secs(4 * 60);

/// Where the heap has no room for a session of the hub any more. One that came and went has shown that it fits, and what is
/// lost does not come back for another.
pub(crate) fn starved(view: &View<'_>) -> Option<(At, String)> {
    let mut sessions = view.connections_to("hub").filter(|connection| connection.accepted().is_some());
    let last = sessions.next_back()?.ended(view.end()).time;
    let (at, text) = exhausted(view, last + TIME_WAIT)?;
    Some((at, format!("{text}, {} sessions had fitted", sessions.count() + 1)))
}

/// Compares early and late samples of each kind, within one life of the firmware, over at least `least` of `events`.
///
/// Only samples of one kind say the same: a heap holds more while connected. Of a few samples at each end the
/// lowest counts, so that a buffer in use for a moment is no leak.
pub(crate) fn leaks<'t>(view: &View<'t>, events: &[At], least: usize) -> Vec<Leak<'t>> {
    let mut points: Vec<&'t str> = view.samples().map(|(_, point, _)| point).collect();
    points.sort_unstable();
    points.dedup();
    let last_boot = view.boots().last().map(|boot| boot.at);
    let mut found = Vec::new();
    for point in points {
        let samples: Vec<(At, &Resources)> = view
            .samples()
            .filter(|(at, own, _)| *own == point && last_boot.is_none_or(|boot| *at > boot))
            .map(|(at, _, resources)| (at, resources))
            .collect();
        let window = (samples.len() / 2).min(3);
        for (heap, used, limit) in HEAPS {
            let lowest = |samples: &[(At, &Resources)]| {
                samples
                    .iter()
                    .filter(|(_, sample)| limit(sample) > 0)
                    .min_by_key(|(_, sample)| used(sample))
                    .map(|(at, sample)| (*at, used(sample)))
            };
            let ends = (lowest(&samples[..window]), lowest(&samples[samples.len() - window..]));
            let (Some((from, before)), Some((to, after))) = ends else { continue };
            let count = events.iter().filter(|at| from < **at && **at <= to).count();
            if count >= least.max(1) {
                let lost = after as f64 - before as f64;
                found.push(Leak { from, to, count, lost, heap, point });
            }
        }
    }
    found
}
