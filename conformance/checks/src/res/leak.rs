//! How the heap in use grew over things that happened many times.

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

/// Where the heap ran out under something that had fitted before, after at least `least` of `events`: then the leak has
/// come to its end. What the operator takes on purpose does not count.
pub(crate) fn exhausted(view: &View<'_>, events: &[At], least: usize) -> Option<(At, String)> {
    const TAKES: &[&str] = &["heap.take", "tls.open", "tcp.open"];
    let taken = view.calls().iter().any(|call| call.hand == "device" && TAKES.contains(&call.name));
    let from = events.get(least.checked_sub(1)?)?;
    view.device_events().filter(|(at, _)| at > from && !taken).find_map(|(at, event)| match event {
        DeviceEvent::BudgetExceeded { budget, what, wanted, left } if budget.ends_with("-heap") => {
            Some((at, format!("no room any more for {what}: {wanted} B of {budget} wanted, {left} B left")))
        }
        _ => None,
    })
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
