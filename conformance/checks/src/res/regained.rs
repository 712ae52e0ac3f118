//! Whether the heap is back where it was once the device is in session again.

use nanorig_trace::event::Resources;

use crate::view::At;
use crate::{Tally, View};

/// Compares samples of one kind from before `from` and after `until`, all taken in a session at `service` and in one
/// life of the firmware. Of the later ones the lowest counts: what a buffer holds for a moment is not lost.
pub(crate) fn judge(view: &View<'_>, service: &str, from: At, until: At, tally: &mut Tally) {
    let in_session = |at: At| view.connections_to(service).any(|connection| connection.is_live(at));
    let samples: Vec<(At, &str, &Resources)> = view.samples().filter(|(at, ..)| in_session(*at)).collect();
    let tolerance = view.number("heap_tol");
    for (name, used, limit) in super::leak::HEAPS {
        let told = samples.iter().filter(|(_, _, sample)| limit(sample) > 0);
        let Some((before_at, point, before)) = told.clone().rev().find(|(at, ..)| *at < from) else {
            continue;
        };
        let later =
            told.filter(|(at, own, _)| *at > until && own == point && !view.boots_between(*before_at, *at));
        let Some((at, _, after)) = later.min_by_key(|(_, _, sample)| used(sample)) else { continue };
        let (before, after) = (used(before), used(after));
        let text = format!("{after} B of {name} heap in use afterwards, {before} B before, at point {point}");
        if after as f64 > before as f64 + tolerance {
            tally.bad(*at, text);
        } else {
            tally.good(*at, text);
        }
    }
}
