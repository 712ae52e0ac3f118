//! The state behind [`Power`](super::Power): meter, boots, RTC memory, the application's main.

use std::fmt;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use nanorig_trace::Time;
use nanorig_trace::watch;

use super::PowerState;
use super::meter::{Energy, Meter};
use crate::profile::Profile;
use crate::runtime::Mcu;

/// The application's main.
pub(super) type Main = Arc<dyn Fn(Mcu) -> Pin<Box<dyn Future<Output = ()> + Send>> + Send + Sync>;

/// The power state of one device.
pub(crate) struct PowerRail {
    state: Mutex<State>,
    running: watch::Sender<bool>,
}

struct State {
    meter: Meter,
    boots: u32,
    /// Counts changes of power: a boot or a sleep that finds another number than its own was overtaken.
    epoch: u64,
    rtc_memory: Vec<u8>,
    main: Option<Main>,
}

impl PowerRail {
    pub(crate) fn new(profile: &Profile, now: Time) -> Self {
        let meter = Meter::new(profile.power, now);
        let state = State { meter, boots: 0, epoch: 0, rtc_memory: Vec::new(), main: None };
        Self { state: Mutex::new(state), running: watch::channel(false).0 }
    }

    pub(super) fn state(&self) -> PowerState {
        self.lock().meter.state()
    }

    pub(super) fn enter(&self, now: Time, next: PowerState) -> PowerState {
        self.lock().meter.enter(now, next)
    }

    pub(super) fn energy(&self, now: Time) -> Energy {
        self.lock().meter.energy(now)
    }

    /// Power-on: boots are counted anew, RTC memory is empty.
    pub(super) fn forget(&self) {
        let mut state = self.lock();
        state.boots = 0;
        state.rtc_memory.clear();
    }

    pub(super) fn count_boot(&self) -> u32 {
        let mut state = self.lock();
        state.boots += 1;
        state.boots
    }

    pub(super) fn boots(&self) -> u32 {
        self.lock().boots
    }

    pub(super) fn next_epoch(&self) -> u64 {
        let mut state = self.lock();
        state.epoch += 1;
        state.epoch
    }

    pub(super) fn is_epoch(&self, epoch: u64) -> bool {
        self.lock().epoch == epoch
    }

    pub(super) fn rtc_memory(&self) -> Vec<u8> {
        self.lock().rtc_memory.clone()
    }

    pub(super) fn set_rtc_memory(&self, bytes: &[u8]) {
        self.lock().rtc_memory = bytes.to_vec();
    }

    pub(super) fn set_main(&self, main: Main) {
        self.lock().main = Some(main);
    }

    pub(super) fn main(&self) -> Option<Main> {
        self.lock().main.clone()
    }

    pub(super) fn set_running(&self, running: bool) {
        self.running.send_replace(running);
    }

    pub(super) fn is_running(&self) -> bool {
        *self.running.borrow()
    }

    pub(super) async fn running(&self) {
        self.wait_for(true).await;
    }

    pub(super) async fn stopped(&self) {
        self.wait_for(false).await;
    }

    async fn wait_for(&self, wanted: bool) {
        let mut running = self.running.subscribe();
        running.wait_for(|running| *running == wanted).await.map(drop).expect("the rail owns the sender");
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for PowerRail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PowerRail").field("state", &self.state()).finish_non_exhaustive()
    }
}
