//! How one device is configured: what an operator or a factory has put into it.

use std::sync::Arc;

use nanorig_trace::watch;

use crate::habits::Habits;
use crate::tls::RootStore;

/// Configuration of a device.
#[derive(Clone, Debug)]
pub struct McuConfig {
    /// Name in the run, unique; its random numbers depend on it.
    pub name: String,
    /// MAC address.
    pub mac: [u8; 6],
    /// What its firmware decides.
    pub habits: Habits,
    /// Root certificates in its store.
    pub roots: RootStore,
    /// Network name and passphrase that the firmware has; not used on Ethernet.
    pub wifi: WifiCredentials,
    /// The access point in its reach; not used on Ethernet.
    pub access_point: AccessPoint,
    /// Time servers in order of preference, names or addresses.
    pub time_servers: Vec<String>,
}

impl McuConfig {
    /// A device called `name` with the habits of the reference, in reach of an access point whose passphrase it knows.
    #[must_use]
    pub fn new(name: &str) -> Self {
        let wifi = WifiCredentials { ssid: "bench".into(), passphrase: "bench-passphrase".into() };
        Self {
            name: name.into(),
            mac: [0x02, 0x00, 0x5e, 0x10, 0x00, 0x01],
            habits: Habits::default(),
            roots: RootStore::empty(),
            access_point: AccessPoint::new(&wifi.ssid, &wifi.passphrase),
            wifi,
            time_servers: vec!["pool.ntp.org".into(), "time.windows.com".into()],
        }
    }
}

/// What a station needs to join a network.
#[derive(Clone, PartialEq, Eq)]
pub struct WifiCredentials {
    /// Network name.
    pub ssid: String,
    /// WPA2 passphrase.
    pub passphrase: String,
}

impl std::fmt::Debug for WifiCredentials {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("WifiCredentials").field("ssid", &self.ssid).finish_non_exhaustive()
    }
}

/// A Wi-Fi access point in the device's reach. A cheap handle: the harness changes it while the device runs.
#[derive(Clone, Debug)]
pub struct AccessPoint {
    state: Arc<watch::Sender<Beacon>>,
}

/// What an access point is at one moment.
#[derive(Clone, Debug)]
pub(crate) struct Beacon {
    pub(crate) credentials: WifiCredentials,
    pub(crate) present: bool,
}

impl AccessPoint {
    /// An access point that is switched on.
    #[must_use]
    pub fn new(ssid: &str, passphrase: &str) -> Self {
        let credentials = WifiCredentials { ssid: ssid.into(), passphrase: passphrase.into() };
        let (state, _) = watch::channel(Beacon { credentials, present: true });
        Self { state: Arc::new(state) }
    }

    /// Switches it on or off; stations notice.
    pub fn set_present(&self, present: bool) {
        self.state.send_modify(|beacon| beacon.present = present);
    }

    /// Gives it another passphrase; stations that have joined stay until they must join again.
    pub fn set_passphrase(&self, passphrase: &str) {
        self.state.send_modify(|beacon| beacon.credentials.passphrase = passphrase.into());
    }

    /// Whether it is switched on.
    #[must_use]
    pub fn is_present(&self) -> bool {
        self.state.borrow().present
    }

    pub(crate) fn watch(&self) -> watch::Receiver<Beacon> {
        self.state.subscribe()
    }
}
