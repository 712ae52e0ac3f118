//! Whom the runner tells how far it is.

use nanorig_trace::Recorder;

/// Hears about a run while it goes on.
pub trait Progress {
    /// A run begins. `recorder` can be asked how far it is within a step, from any thread.
    fn begun(&mut self, recorder: &Recorder);

    /// A step begins. `index` counts from 1 to `total`.
    fn step(&mut self, index: u64, total: u64, label: &str);
}

/// Tells nobody.
#[derive(Clone, Copy, Debug, Default)]
pub struct Silent;

impl Progress for Silent {
    fn begun(&mut self, _recorder: &Recorder) {}

    fn step(&mut self, _index: u64, _total: u64, _label: &str) {}
}
