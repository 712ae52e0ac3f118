//! [`Mcu`]: one emulated microcontroller, put together.
//!
//! It joins budgets, clock, network port and tasks under one handle, and has no behaviour of
//! its own: what the firmware does is in [`crate::net`], [`crate::tls`] and [`crate::client`], what
//! the supply does is in [`crate::power`].

mod boot_state;
mod config;
mod tasks;

use std::sync::Arc;

use nanorig_trace::event::{DeviceEvent, Resources};
use nanorig_trace::{Time, Utc};
use nanorig_world::tls::KeyLogger;
use nanorig_world::{Clock, DevicePort, Stream, World};

pub(crate) use config::Beacon;
pub use config::{AccessPoint, McuConfig, WifiCredentials};

use crate::device_clock::{DeviceClock, PLAUSIBLE_FROM};
use crate::habits::Habits;
use crate::heap::{Heap, OutOfMemory};
use crate::net::NetState;
use crate::power::PowerRail;
use crate::profile::Profile;
use crate::socket_table::SocketTable;
use crate::tls::{RootStore, TlsParts, TlsStack};
use boot_state::BootState;
use tasks::TaskSet;

/// One emulated microcontroller; a cheap handle.
#[derive(Clone)]
pub struct Mcu {
    pub(crate) inner: Arc<Inner>,
}

pub(crate) struct Inner {
    pub(crate) world: World,
    pub(crate) port: DevicePort,
    pub(crate) profile: Profile,
    pub(crate) config: McuConfig,
    pub(crate) device_clock: Arc<DeviceClock>,
    pub(crate) native: Heap,
    pub(crate) managed: Heap,
    pub(crate) sockets: SocketTable,
    pub(crate) tls: TlsStack,
    pub(crate) rng: Stream,
    pub(crate) tasks: TaskSet,
    pub(crate) boot_state: BootState,
    pub(crate) net: NetState,
    pub(crate) rail: PowerRail,
}

impl Mcu {
    /// A device at `port`, without power. [`Power::on`](crate::power::Power::on) boots it.
    #[must_use]
    pub fn new(world: &World, port: DevicePort, profile: Profile, config: McuConfig) -> Self {
        let now = world.clock.now();
        let rng = world.random.stream(&format!("device/{}", config.name));
        let drift = |most: u32| (rng.unit() * 2.0 - 1.0) * f64::from(most);
        let device_clock = Arc::new(DeviceClock::new(
            now,
            profile.rtc.start,
            drift(profile.rtc.drift_awake),
            drift(profile.rtc.drift_asleep),
        ));
        let watched = |heap: Heap, budget: &'static str| {
            let recorder = world.recorder.clone();
            heap.observed(move |error: &OutOfMemory| {
                recorder.record(DeviceEvent::BudgetExceeded {
                    budget: budget.into(),
                    what: error.what.into(),
                    wanted: error.wanted as u64,
                    left: error.largest as u64,
                });
            })
        };
        let heap = profile.native_heap;
        let native = watched(Heap::fragmented(heap.size, heap.largest), "native-heap");
        let sockets = SocketTable::new(&profile, world.recorder.clone(), world.clock);
        let (its_clock, run_clock) = (Arc::clone(&device_clock), world.clock);
        let tls = TlsStack::new(TlsParts {
            heap: native.clone(),
            sockets: sockets.clone(),
            figures: profile.tls,
            random: world.random.stream(&format!("device/{}/tls", config.name)),
            utc: Arc::new(move || its_clock.utc(run_clock.now())),
            recorder: world.recorder.clone(),
            key_log: world.capture.clone().map(|capture| Arc::new(KeyLogger::new(capture)) as Arc<_>),
        });
        let inner = Inner {
            device_clock,
            native,
            tls,
            managed: watched(Heap::compacting(profile.managed_heap.size), "managed-heap"),
            sockets,
            net: NetState::new(&rng),
            rail: PowerRail::new(&profile, now),
            tasks: TaskSet::default(),
            boot_state: BootState::default(),
            rng,
            world: world.clone(),
            port,
            profile,
            config,
        };
        Self { inner: Arc::new(inner) }
    }

    /// Its name in the run.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.inner.config.name
    }

    /// Its budgets.
    #[must_use]
    pub fn profile(&self) -> &Profile {
        &self.inner.profile
    }

    /// How it is configured.
    #[must_use]
    pub fn config(&self) -> &McuConfig {
        &self.inner.config
    }

    /// What its firmware decides.
    #[must_use]
    pub fn habits(&self) -> &Habits {
        &self.inner.config.habits
    }

    /// The world that it lives in.
    #[must_use]
    pub fn world(&self) -> &World {
        &self.inner.world
    }

    /// The run's clock, for time-outs and intervals: the device's tick counter has no drift.
    #[must_use]
    pub fn clock(&self) -> &Clock {
        &self.inner.world.clock
    }

    /// Time since the run began.
    #[must_use]
    pub fn now(&self) -> Time {
        self.inner.world.clock.now()
    }

    /// What time the device believes it is.
    #[must_use]
    pub fn device_utc(&self) -> Utc {
        self.inner.device_clock.utc(self.now())
    }

    /// Whether the device takes its clock for set: it shows 2021 or later.
    #[must_use]
    pub fn is_time_valid(&self) -> bool {
        self.device_utc() >= PLAUSIBLE_FROM
    }

    /// Sets the device's clock as `server` said.
    pub fn set_time(&self, utc: Utc, server: &str) {
        let before = self.inner.device_clock.set(self.now(), utc);
        self.record(DeviceEvent::ClockSet { before, after: utc, server: server.into() });
        self.inner.net.time_was_set();
    }

    /// Memory of the network stack. An allocation that fails is recorded.
    #[must_use]
    pub fn native(&self) -> &Heap {
        self.inner.sockets.settle();
        &self.inner.native
    }

    /// Memory of managed objects. An allocation that fails is recorded.
    #[must_use]
    pub fn managed(&self) -> &Heap {
        &self.inner.managed
    }

    /// Its sockets and control blocks.
    #[must_use]
    pub fn sockets(&self) -> &SocketTable {
        &self.inner.sockets
    }

    /// Its random numbers.
    #[must_use]
    pub fn rng(&self) -> &Stream {
        &self.inner.rng
    }

    /// Root certificates in its store.
    #[must_use]
    pub fn roots(&self) -> &RootStore {
        &self.inner.config.roots
    }

    /// Its TLS library.
    #[must_use]
    pub fn tls(&self) -> &TlsStack {
        &self.inner.tls
    }

    /// Writes evidence.
    pub fn record(&self, event: DeviceEvent) {
        self.inner.world.recorder.record(event);
    }

    /// Writes a line to the device's console, which is part of the evidence.
    pub fn print(&self, text: impl Into<String>) {
        self.record(DeviceEvent::Console { text: text.into() });
    }

    /// State of a library that lives until the next boot, such as a session cache. Made by `Default` at first use.
    #[must_use]
    pub fn boot_state<T: Default + Send + Sync + 'static>(&self) -> Arc<T> {
        self.inner.boot_state.of()
    }

    /// Starts a task of the firmware. It ends with a reset, deep sleep or power loss, wherever it is.
    pub fn spawn<F>(&self, task: F) -> tokio::task::JoinHandle<F::Output>
    where
        F: Future + Send + 'static,
        F::Output: Send + 'static,
    {
        self.inner.tasks.spawn(task)
    }

    /// Memory and sockets now.
    #[must_use]
    pub fn resources(&self) -> Resources {
        let (native, managed) = (self.native().stats(), self.managed().stats());
        let sockets = self.sockets().stats();
        Resources {
            native_used: native.used as u64,
            native_peak: native.peak as u64,
            native_limit: native.limit as u64,
            native_largest: native.largest as u64,
            managed_used: managed.used as u64,
            managed_peak: managed.peak as u64,
            managed_limit: managed.limit as u64,
            sockets: sockets.used,
            sockets_peak: sockets.peak,
            sockets_limit: sockets.limit,
            tls_contexts: sockets.tls_used,
            tls_contexts_peak: sockets.tls_peak,
            tls_contexts_limit: sockets.tls_limit,
        }
    }

    /// Records memory and sockets under the name `point`.
    pub fn record_resources(&self, point: &str) {
        self.record(DeviceEvent::ResourcesNow { point: point.into(), resources: self.resources() });
    }
}

impl std::fmt::Debug for Mcu {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Mcu")
            .field("name", &self.name())
            .field("profile", &self.profile().name)
            .finish_non_exhaustive()
    }
}
