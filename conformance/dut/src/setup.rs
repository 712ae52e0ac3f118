//! How a run is set up: the device, the cloud and the network at its start.
//!
//! Plain data. A scenario fills it in, a rig builds from it. Every field has the value
//! that a run needs least to say; `Default` is a healthy world.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;
use std::time::Duration;

use serde_json::Value;

/// Everything a run starts with.
#[derive(Clone, Debug, PartialEq)]
pub struct Setup {
    /// The device.
    pub device: DeviceSetup,
    /// IoT Hub and DPS.
    pub cloud: CloudSetup,
    /// Link and LAN services.
    pub network: NetworkSetup,
    /// Calendar time at the start, ISO-8601. Default 2026-03-01T12:00:00Z.
    pub start: String,
}

impl Default for Setup {
    fn default() -> Self {
        Self {
            device: DeviceSetup::default(),
            cloud: CloudSetup::default(),
            network: NetworkSetup::default(),
            start: "2026-03-01T12:00:00Z".into(),
        }
    }
}

/// The device and its configuration.
#[derive(Clone, Debug, PartialEq)]
pub struct DeviceSetup {
    /// Budget profile. Default `esp32-wroom`.
    pub profile: String,
    /// Persona. Default `reference`.
    pub persona: String,
    /// Quirks besides those of the persona.
    pub quirks: Vec<String>,
    /// Device id at the hub, when it does not come from DPS. Default `nano-01`.
    pub id: String,
    /// Module id, for a module identity.
    pub module: Option<String>,
    /// DPS registration id. Default: the device id.
    pub registration: Option<String>,
    /// How it proves who it is.
    pub attestation: Attestation,
    /// Key as the firmware has it.
    pub key: KeySource,
    /// True when the firmware has the device's secondary key too. Default false.
    pub secondary_key: bool,
    /// Plug and Play model id (DTMI).
    pub model: Option<String>,
    /// Hub to connect to without DPS: a hub's `name` in the cloud set-up. Default: the first.
    pub hub: Option<String>,
    /// Roots in the device's store. Default `g2` and `msrsa`.
    pub roots: Vec<String>,
    /// TLS versions that the firmware offers. Default: those of the profile.
    pub tls: Option<Vec<String>>,
    /// Life of a SAS token. Default 1 h.
    pub token_lifetime: Duration,
    /// MQTT Keep Alive. Default 240 s.
    pub keep_alive: Duration,
    /// MQTT clean session flag. Default false.
    pub clean_session: bool,
    /// QoS of telemetry, 0 or 1. Default 1.
    pub qos: u8,
    /// The will. Default: none.
    pub will: Option<WillSetup>,
    /// Wi-Fi passphrase that the firmware has. Default: the access point's.
    pub passphrase: Option<String>,
    /// Time servers in order. Default `pool.ntp.org` and `time.windows.com`.
    pub time_servers: Vec<String>,
    /// Native heap in bytes instead of the profile's.
    pub native_heap: Option<usize>,
    /// Managed heap in bytes instead of the profile's.
    pub managed_heap: Option<usize>,
    /// Sockets instead of the profile's.
    pub sockets: Option<usize>,
    /// What the device claims to support. Default: all that its profile and firmware can do.
    pub capabilities: Option<Vec<String>>,
}

impl Default for DeviceSetup {
    fn default() -> Self {
        Self {
            profile: "esp32-wroom".into(),
            persona: "reference".into(),
            quirks: Vec::new(),
            id: "nano-01".into(),
            module: None,
            registration: None,
            attestation: Attestation::SymmetricKey,
            key: KeySource::Enrolled,
            secondary_key: false,
            model: None,
            hub: None,
            roots: vec!["g2".into(), "msrsa".into()],
            tls: None,
            token_lifetime: Duration::from_secs(3_600),
            keep_alive: Duration::from_secs(240),
            clean_session: false,
            qos: 1,
            will: None,
            passphrase: None,
            time_servers: vec!["pool.ntp.org".into(), "time.windows.com".into()],
            native_heap: None,
            managed_heap: None,
            sockets: None,
            capabilities: None,
        }
    }
}

/// The will of a device: what its hub stores as telemetry when the connection ends without a word.
#[derive(Clone, Debug, PartialEq)]
pub struct WillSetup {
    /// Body: a text as it is, anything else as JSON with its content type. Default an empty object.
    pub body: Value,
    /// Application properties.
    pub properties: BTreeMap<String, String>,
    /// QoS, 0 or 1. Default 1.
    pub qos: u8,
    /// Retain flag. Default false.
    pub retain: bool,
}

impl Default for WillSetup {
    fn default() -> Self {
        let body = Value::Object(serde_json::Map::new());
        Self { body, properties: BTreeMap::new(), qos: 1, retain: false }
    }
}

/// How a device proves who it is, to DPS and to its hub.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Attestation {
    /// A key of its own.
    SymmetricKey,
    /// A key derived from an enrollment group's.
    SymmetricKeyGroup,
    /// A certificate known by itself: thumbprint, individual enrollment.
    X509,
    /// A certificate known by the CA that signed it: CA-signed, enrollment group.
    X509Group,
}

/// Which key the firmware has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeySource {
    /// The one that the cloud expects.
    Enrolled,
    /// Another one.
    Wrong,
    /// This one, base64.
    Given(String),
}

/// IoT Hub and DPS at the start.
#[derive(Clone, Debug, PartialEq)]
pub struct CloudSetup {
    /// Hubs. Default: one named `contoso`, reached as `contoso.azure-devices.net`, that knows the device.
    pub hubs: Vec<HubSetup>,
    /// Provisioning service, when the scenario uses one.
    pub dps: Option<DpsSetup>,
    /// Certificate chain that servers present. Default `good`.
    pub certificate: String,
    /// Root of that chain. Default `g2`.
    pub root: String,
    /// TLS versions that servers speak, `1.2` and `1.3`. Default both.
    pub tls: Vec<String>,
}

impl Default for CloudSetup {
    fn default() -> Self {
        Self {
            hubs: vec![HubSetup::default()],
            dps: None,
            certificate: "good".into(),
            root: "g2".into(),
            tls: vec!["1.2".into(), "1.3".into()],
        }
    }
}

/// One IoT Hub.
#[derive(Clone, Debug, PartialEq)]
pub struct HubSetup {
    /// First label of its host name.
    pub name: String,
    /// Pricing tier for throttling and quotas, `F1`, `S1`, `S2`, `S3`; none: no limits.
    pub tier: Option<String>,
    /// Identities registered from the start. The device under test is added unless DPS is used.
    pub devices: Vec<IdentitySetup>,
}

impl Default for HubSetup {
    fn default() -> Self {
        Self { name: "contoso".into(), tier: None, devices: Vec::new() }
    }
}

/// A device or module identity at a hub.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct IdentitySetup {
    /// Device id.
    pub id: String,
    /// Module id.
    pub module: Option<String>,
    /// True when it may not connect.
    pub disabled: bool,
    /// Desired properties at the start.
    pub desired: Option<Value>,
    /// Reported properties at the start.
    pub reported: Option<Value>,
    /// Tags.
    pub tags: Option<Value>,
}

/// The provisioning service.
#[derive(Clone, Debug, PartialEq)]
pub struct DpsSetup {
    /// ID scope. Default `0ne00000000`.
    pub id_scope: String,
    /// Individual enrollments. Default: one for the device, when its attestation is individual.
    pub enrollments: Vec<EnrollmentSetup>,
    /// Enrollment groups. Default: one for the device, when its attestation is a group's.
    pub groups: Vec<EnrollmentSetup>,
    /// How many times a registration answers `assigning` before its result. Default 1.
    pub assigning_polls: u32,
    /// Seconds that the service tells the device to wait. Default 3; none: says nothing.
    pub retry_after: Option<u32>,
}

impl Default for DpsSetup {
    fn default() -> Self {
        Self {
            id_scope: "0ne00000000".into(),
            enrollments: Vec::new(),
            groups: Vec::new(),
            assigning_polls: 1,
            retry_after: Some(3),
        }
    }
}

/// An individual enrollment or an enrollment group.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct EnrollmentSetup {
    /// Registration id, or the group's id.
    pub id: String,
    /// Device id to assign instead of the registration id; individual enrollments only.
    pub device_id: Option<String>,
    /// True when it may not be used.
    pub disabled: bool,
    /// Hub to assign; default: by hash over all hubs.
    pub hub: Option<String>,
    /// Allocation policy `hashed`, `static` or `geo-latency`. Default `hashed`.
    pub allocation: Option<String>,
    /// Reprovisioning policy `migrate`, `reset` or `never`. Default `migrate`.
    pub reprovision: Option<String>,
    /// Desired properties and tags that the assigned twin starts with: `{desired, tags}`.
    pub initial_twin: Option<Value>,
    /// Payload to return to the device.
    pub payload: Option<Value>,
}

/// Link and LAN services at the start.
#[derive(Clone, Debug, PartialEq)]
pub struct NetworkSetup {
    /// One-way delay to the cloud. Default: that of the profile's link plus 10 ms.
    pub latency: Option<Duration>,
    /// Largest additional random delay; order is kept. Default 0.
    pub jitter: Duration,
    /// Share of frames lost, each way. Default 0.
    pub loss: f64,
    /// Share of frames duplicated. Default 0.
    pub duplicate: f64,
    /// Share of frames with a flipped bit. Default 0.
    pub corrupt: f64,
    /// Share of frames that later ones may overtake. Default 0.
    pub reorder: f64,
    /// Bits per second. Default: that of the profile's link.
    pub bandwidth: Option<u64>,
    /// Largest IP packet in bytes. Default 1500.
    pub mtu: u16,
    /// DHCP lease time. Default 24 h.
    pub lease: Duration,
    /// DNS servers that DHCP names, 1 to 4. Default 1.
    pub dns_servers: u8,
    /// TTL of the cloud's DNS records. Default 60 s.
    pub dns_ttl: Duration,
    /// Names with their addresses, besides those of the cloud and the time servers.
    pub hosts: BTreeMap<String, Vec<Ipv4Addr>>,
    /// The access point's name and passphrase.
    pub wifi: WifiSetup,
    /// One-way delay of the time servers' answers. Default 0.
    pub ntp_delay: Duration,
}

impl Default for NetworkSetup {
    fn default() -> Self {
        Self {
            latency: None,
            jitter: Duration::ZERO,
            loss: 0.0,
            duplicate: 0.0,
            corrupt: 0.0,
            reorder: 0.0,
            bandwidth: None,
            mtu: 1_500,
            lease: Duration::from_secs(86_400),
            dns_servers: 1,
            dns_ttl: Duration::from_secs(60),
            hosts: BTreeMap::new(),
            wifi: WifiSetup::default(),
            ntp_delay: Duration::ZERO,
        }
    }
}

/// The access point.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WifiSetup {
    /// Network name.
    pub ssid: String,
    /// WPA2 passphrase.
    pub passphrase: String,
}

impl Default for WifiSetup {
    fn default() -> Self {
        Self { ssid: "bench".into(), passphrase: "bench-passphrase".into() }
    }
}
