//! What all parts of one run share.

use nanorig_trace::{Record, Recorder, Utc};

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

    /// A world of real time for servers on the host's sockets: its calendar can be set, nobody can guess its chance,
    /// and what is recorded goes to `sink` and is not kept.
    ///
    /// # Panics
    /// Outside a tokio runtime.
    #[must_use]
    pub fn of_host(start: Utc, secret: [u8; 32], sink: impl Fn(Record) + Send + Sync + 'static) -> Self {
        let clock = Clock::settable(start);
        Self {
            clock,
            random: Random::unguessable(secret),
            recorder: Recorder::passing_on(clock, sink),
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
