//! Where everybody writes.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::{Event, Record, Time, watch};

/// Gives the time that records are stamped with.
pub trait TimeSource: Send + Sync {
    /// Time since the run began.
    fn now(&self) -> Time;
}

/// A cheap handle that appends events to one run's trace.
#[derive(Clone)]
pub struct Recorder {
    shared: Arc<Shared>,
}

type Sink = Box<dyn Fn(Record) + Send + Sync>;

struct Shared {
    clock: Box<dyn TimeSource>,
    records: Mutex<Vec<Record>>,
    /// Takes the records instead of the list, when there is one.
    sink: Option<Sink>,
    length: watch::Sender<usize>,
    /// Microseconds of the latest record.
    latest: AtomicU64,
}

impl Recorder {
    /// An empty trace whose records are stamped by `clock`.
    pub fn new(clock: impl TimeSource + 'static) -> Self {
        Self::with(Box::new(clock), None)
    }

    /// A recorder that keeps nothing and hands each record to `sink`, for servers that run for days. Nothing can be
    /// found in it or taken out of it.
    pub fn passing_on(
        clock: impl TimeSource + 'static,
        sink: impl Fn(Record) + Send + Sync + 'static,
    ) -> Self {
        Self::with(Box::new(clock), Some(Box::new(sink)))
    }

    fn with(clock: Box<dyn TimeSource>, sink: Option<Sink>) -> Self {
        let (length, _) = watch::channel(0);
        let (records, latest) = (Mutex::default(), AtomicU64::default());
        Self { shared: Arc::new(Shared { clock, records, sink, length, latest }) }
    }

    /// The present time, as records are stamped.
    #[must_use]
    pub fn now(&self) -> Time {
        self.shared.clock.now()
    }

    /// Appends `event` at the present time.
    pub fn record(&self, event: impl Into<Event>) {
        let at = self.now();
        if let Some(sink) = &self.shared.sink {
            return sink(Record { at, event: event.into() });
        }
        let mut records = self.lock();
        records.push(Record { at, event: event.into() });
        let length = records.len();
        drop(records);
        self.shared.latest.store(at.as_micros(), Ordering::Relaxed);
        // Rarely somebody waits, and telling nobody costs as much as recording.
        if self.shared.length.receiver_count() > 0 {
            self.shared.length.send_replace(length);
        }
    }

    /// When something was recorded last. Unlike [`Self::now`] it can be asked from any thread, the one that draws the
    /// progress of a run among them.
    #[must_use]
    pub fn latest(&self) -> Time {
        Time::from_micros(self.shared.latest.load(Ordering::Relaxed))
    }

    /// Number of records so far.
    #[must_use]
    pub fn len(&self) -> usize {
        self.lock().len()
    }

    /// True while nothing was recorded.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The first record at or after index `from` that `wanted` accepts, with its index.
    pub fn find_from(&self, from: usize, wanted: impl Fn(&Record) -> bool) -> Option<(usize, Record)> {
        let records = self.lock();
        let found = records.get(from..)?.iter().position(wanted)?;
        Some((from + found, records[from + found].clone()))
    }

    /// Calls `visit` for each record at or after index `from`.
    pub fn visit_from(&self, from: usize, visit: impl FnMut(&Record)) {
        self.lock().iter().skip(from).for_each(visit);
    }

    /// A receiver that changes with every record from now on, to wait for more.
    #[must_use]
    pub fn watch(&self) -> watch::Receiver<usize> {
        self.shared.length.subscribe()
    }

    /// Takes out all records. Later events start a new list.
    #[must_use]
    pub fn take(&self) -> Vec<Record> {
        std::mem::take(&mut *self.lock())
    }

    /// A panic elsewhere cannot leave the list half-written, so its records stay usable.
    fn lock(&self) -> MutexGuard<'_, Vec<Record>> {
        self.shared.records.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl std::fmt::Debug for Recorder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Recorder").field("records", &self.len()).finish()
    }
}
