//! What all parts of one run share.

use nanorig_trace::{Recorder, Utc};

use crate::{Capture, Clock, Directory, Random};

/// The run's clock, chance, evidence and internet. Cheap to clone.
#[derive(Clone, Debug)]
pub struct World {
    /// Time.
    pub clock: Clock,
    /// Chance.
    pub random: Random,
    /// Where evidence is written.
    pub recorder: Recorder,
    /// The packet capture, when one is wanted.
    pub capture: Option<Capture>,
    /// Names and services that devices can reach.
    pub directory: Directory,
}

impl World {
    /// A world that begins now, at calendar time `start`, without a capture.
    ///
    /// # Panics
    /// Outside a tokio runtime.
    #[must_use]
    pub fn new(seed: u64, start: Utc) -> Self {
        let clock = Clock::new(start);
        Self {
            clock,
            random: Random::new(seed),
            recorder: Recorder::new(clock),
            capture: None,
            directory: Directory::new(),
        }
    }

    /// The same world with a packet capture. Segments made before are not captured.
    #[must_use]
    pub fn with_capture(mut self) -> Self {
        self.capture = Some(Capture::new(self.clock.utc_at(nanorig_trace::Time::ZERO)));
        self
    }
}
