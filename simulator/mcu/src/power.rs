//! Supply, boots, deep sleep, and what they cost.
//!
//! | state | firmware runs | heap, sockets, tasks | RTC clock | RTC memory |
//! |---|---|---|---|---|
//! | `Off` | no | lost | lost | lost |
//! | `Run`, `ModemSleep`, `LightSleep` | yes | kept | kept | kept |
//! | `DeepSleep` | no | lost | kept, with more drift | kept |
//!
//! Every way out of `Off` and `DeepSleep`, and every reset, is a boot.

mod meter;
mod rail;

use std::time::Duration;

use nanorig_trace::event::DeviceEvent;

pub use meter::Energy;
use rail::Main;
pub(crate) use rail::PowerRail;

use crate::net::NetError;
use crate::runtime::Mcu;

/// What the supply current depends on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PowerState {
    /// No supply.
    Off,
    /// From reset to the application.
    Boot,
    /// Awake, network on.
    Run,
    /// Network idle between beacons.
    ModemSleep,
    /// Processor paused, link kept.
    LightSleep,
    /// All but the clock off.
    DeepSleep,
}

impl PowerState {
    /// The name in `DeviceEvent::Power`; booting is running.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Boot | Self::Run => "run",
            Self::ModemSleep => "modem-sleep",
            Self::LightSleep => "light-sleep",
            Self::DeepSleep => "deep-sleep",
        }
    }
}

/// Why the firmware started.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BootReason {
    /// The supply came.
    PowerOn,
    /// The reset line.
    Reset,
    /// The timer woke it from deep sleep.
    DeepSleep,
    /// The application asked for it.
    Software,
    /// The watchdog barked.
    Watchdog,
}

impl BootReason {
    /// The name in `DeviceEvent::Boot`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::PowerOn => "power-on",
            Self::Reset => "reset",
            Self::DeepSleep => "deep-sleep",
            Self::Software => "software",
            Self::Watchdog => "watchdog",
        }
    }
}

/// RTC memory has no room for what was to be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{wanted} bytes do not fit into {limit} bytes of RTC memory")]
pub struct RtcMemoryFull {
    /// Bytes to be written.
    pub wanted: usize,
    /// Size of the memory.
    pub limit: usize,
}

/// The device's power, as the application and the bench see it.
///
/// A boot does not need its caller: a task of the firmware that asks for deep sleep ends with it, and the
/// device wakes all the same.
#[derive(Clone, Copy, Debug)]
pub struct Power;

impl Power {
    /// Switches the supply on and waits until the application's main runs. Does nothing when it is on.
    pub async fn on(mcu: &Mcu) {
        if Self::state(mcu) == PowerState::Off {
            mcu.inner.device_clock.power_on(mcu.now());
            mcu.inner.rail.forget();
            Self::boot(mcu, BootReason::PowerOn);
        }
        Self::running(mcu).await;
    }

    /// Cuts the supply: everything but flash is lost.
    pub fn off(mcu: &Mcu) {
        Self::shut_down(mcu, PowerState::Off);
    }

    /// Starts the firmware again and waits until the application's main runs. The clock and RTC memory stay. A
    /// device without supply gets it.
    pub async fn reset(mcu: &Mcu, reason: BootReason) {
        match Self::state(mcu) {
            PowerState::Off => return Self::on(mcu).await,
            PowerState::DeepSleep => mcu.inner.device_clock.wake(mcu.now()),
            _ => {}
        }
        Self::shut_down(mcu, PowerState::Boot);
        Self::boot(mcu, reason);
        Self::running(mcu).await;
    }

    /// Sleeps for `duration`, boots, and waits until the application's main runs.
    pub async fn deep_sleep(mcu: &Mcu, duration: Duration) {
        Self::shut_down(mcu, PowerState::DeepSleep);
        mcu.inner.device_clock.sleep(mcu.now());
        let (epoch, sleeper) = (mcu.inner.rail.next_epoch(), mcu.clone());
        // A task of the hardware: it survives the firmware's.
        tokio::spawn(async move {
            sleeper.clock().sleep(duration).await;
            if sleeper.inner.rail.is_epoch(epoch) {
                sleeper.inner.device_clock.wake(sleeper.now());
                Self::boot(&sleeper, BootReason::DeepSleep);
            }
        });
        Self::running(mcu).await;
    }

    /// What the device does now.
    #[must_use]
    pub fn state(mcu: &Mcu) -> PowerState {
        mcu.inner.rail.state()
    }

    /// Goes to another state of the running device: `Run`, `ModemSleep` or `LightSleep`. Others, and a device
    /// that does not run, are left as they are.
    pub fn set_state(mcu: &Mcu, state: PowerState) {
        let awake = [PowerState::Run, PowerState::ModemSleep, PowerState::LightSleep];
        if awake.contains(&state) && awake.contains(&Self::state(mcu)) {
            Self::enter(mcu, state);
        }
    }

    /// Waits until the application's main runs.
    pub async fn running(mcu: &Mcu) {
        mcu.inner.rail.running().await;
    }

    /// What the application's main does. It is started as a task at the end of each boot.
    pub fn set_main<F>(mcu: &Mcu, main: impl Fn(Mcu) -> F + Send + Sync + 'static)
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let main: Main = std::sync::Arc::new(move |mcu| Box::pin(main(mcu)));
        mcu.inner.rail.set_main(main);
    }

    /// Boots since power-on.
    #[must_use]
    pub fn boots(mcu: &Mcu) -> u32 {
        mcu.inner.rail.boots()
    }

    /// Charge that was taken from the supply since the device was made.
    #[must_use]
    pub fn energy(mcu: &Mcu) -> Energy {
        mcu.inner.rail.energy(mcu.now())
    }

    /// What lies in RTC memory.
    #[must_use]
    pub fn rtc_memory(mcu: &Mcu) -> Vec<u8> {
        mcu.inner.rail.rtc_memory()
    }

    /// Replaces what lies in RTC memory, which deep sleep and resets keep.
    ///
    /// # Errors
    /// The profile's memory is smaller than that.
    pub fn set_rtc_memory(mcu: &Mcu, bytes: &[u8]) -> Result<(), RtcMemoryFull> {
        let limit = mcu.profile().rtc.memory;
        if bytes.len() > limit {
            return Err(RtcMemoryFull { wanted: bytes.len(), limit });
        }
        mcu.inner.rail.set_rtc_memory(bytes);
        Ok(())
    }

    /// Runs the boot loader and the start of the runtime, then the application.
    fn boot(mcu: &Mcu, reason: BootReason) {
        let count = mcu.inner.rail.count_boot();
        mcu.record(DeviceEvent::Boot { reason: reason.name().into(), count });
        Self::enter(mcu, PowerState::Boot);
        let (epoch, starter) = (mcu.inner.rail.next_epoch(), mcu.clone());
        tokio::spawn(async move {
            starter.clock().sleep(starter.profile().boot.time).await;
            // A reset or a loss of power during the boot has begun another epoch.
            if !starter.inner.rail.is_epoch(epoch) {
                return;
            }
            Self::enter(&starter, PowerState::Run);
            starter.record(DeviceEvent::Main {});
            starter.record_resources("boot");
            starter.inner.rail.set_running(true);
            if let Some(main) = starter.inner.rail.main() {
                starter.spawn(main(starter.clone()));
            }
        });
    }

    /// Ends the firmware where it is: tasks, sockets, memory. Nobody on the network is told.
    fn shut_down(mcu: &Mcu, next: PowerState) {
        let inner = &mcu.inner;
        inner.rail.set_running(false);
        inner.rail.next_epoch();
        inner.tasks.abort_all();
        inner.port.reset();
        inner.boot_state.clear();
        inner.tls.reset(next == PowerState::Off);
        inner.net.reset();
        inner.sockets.reset();
        inner.native.reset();
        inner.managed.reset();
        if next != PowerState::Boot {
            Self::enter(mcu, next);
        }
    }

    fn enter(mcu: &Mcu, next: PowerState) {
        let before = mcu.inner.rail.enter(mcu.now(), next);
        if before.name() != next.name() {
            mcu.record(DeviceEvent::Power { state: next.name().into() });
        }
    }
}

impl Mcu {
    /// True from the start of the application's main until reset, deep sleep or loss of power.
    #[must_use]
    pub fn is_running(&self) -> bool {
        self.inner.rail.is_running()
    }

    /// Waits until the firmware ends: reset, deep sleep or loss of power. For futures of the bench that
    /// wait for something of the firmware.
    pub async fn stopped(&self) -> NetError {
        self.inner.rail.stopped().await;
        NetError::Closed
    }
}
