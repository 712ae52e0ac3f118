//! Whom the runner tells how far it is.

use nanorig_trace::Time;

/// Hears about a run while it goes on.
pub trait Progress {
    /// A step begins. `index` counts from 1 to `total`.
    fn step(&mut self, index: u64, total: u64, label: &str, now: Time);
}

/// Tells nobody.
#[derive(Clone, Copy, Debug, Default)]
pub struct Silent;

impl Progress for Silent {
    fn step(&mut self, _index: u64, _total: u64, _label: &str, _now: Time) {}
}
