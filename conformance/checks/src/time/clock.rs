//! How far the device's clock is from the world's.

use nanorig_trace::Utc;

use crate::View;
use crate::sntp::exchange::clock_sets;
use crate::view::At;

/// A clock that is off by less is right as far as eras and years go.
const DAY_US: u64 = 86_400_000_000;

/// True when `told` is within a day of the world's time.
pub(super) fn is_right(view: &View<'_>, at: At, told: Utc) -> bool {
    told.micros_since(view.utc(at.time)).unsigned_abs() <= DAY_US
}

/// True when the device's clock was set right the last time before `at`, or the device does not tell.
pub(super) fn runs_right(view: &View<'_>, at: At) -> bool {
    let last = clock_sets(view).take_while(|(when, _)| *when < at).last();
    last.map_or_else(|| !view.device_speaks(), |(when, after)| is_right(view, when, after))
}
