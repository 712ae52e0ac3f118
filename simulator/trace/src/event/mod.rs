//! What can happen in a run, by who saw it.
//!
//! Each source has a file. A name such as `device.clock-set` is the source, a dot
//! and the variant in kebab case; scenarios use these names in `expect` steps, and
//! [`SOURCES`] lists them with their fields for messages, editors and documents.

mod cloud;
mod connection;
mod device;
mod network;
mod run;
mod spec;
#[cfg(test)]
pub(crate) mod testing;

use serde::{Deserialize, Serialize};

pub use cloud::CloudEvent;
pub use connection::{CloseHow, ConnEvent, ConnId, Party, Protocol};
pub use device::{DeviceEvent, Resources};
pub use network::{Direction, NetworkEvent, PathCondition, Service};
pub use run::{RunEvent, StepResult};
pub use spec::{EventSpec, FieldSpec};

/// Anything that a run records.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "source", rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Event {
    /// The harness: steps and stimuli.
    Run(RunEvent),
    /// The device under test, about itself.
    Device(DeviceEvent),
    /// The local network: datagrams of DHCP, DNS, NTP; the link.
    Network(NetworkEvent),
    /// TCP connections as their servers see them.
    Conn(ConnEvent),
    /// IoT Hub and DPS, about what they decided.
    Cloud(CloudEvent),
}

impl Event {
    /// The event's source, such as `device`.
    #[must_use]
    pub const fn source(&self) -> &'static str {
        match self {
            Self::Run(_) => "run",
            Self::Device(_) => "device",
            Self::Network(_) => "network",
            Self::Conn(_) => "conn",
            Self::Cloud(_) => "cloud",
        }
    }

    /// The event's name without its source, such as `clock-set`.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Run(event) => event.name(),
            Self::Device(event) => event.name(),
            Self::Network(event) => event.name(),
            Self::Conn(event) => event.name(),
            Self::Cloud(event) => event.name(),
        }
    }
}

/// Every source with its events, in the order of their declaration.
pub const SOURCES: &[(&str, &[EventSpec])] = &[
    ("run", RunEvent::SPECS),
    ("device", DeviceEvent::SPECS),
    ("network", NetworkEvent::SPECS),
    ("conn", ConnEvent::SPECS),
    ("cloud", CloudEvent::SPECS),
];

impl From<RunEvent> for Event {
    fn from(event: RunEvent) -> Self {
        Self::Run(event)
    }
}

impl From<DeviceEvent> for Event {
    fn from(event: DeviceEvent) -> Self {
        Self::Device(event)
    }
}

impl From<NetworkEvent> for Event {
    fn from(event: NetworkEvent) -> Self {
        Self::Network(event)
    }
}

impl From<ConnEvent> for Event {
    fn from(event: ConnEvent) -> Self {
        Self::Conn(event)
    }
}

impl From<CloudEvent> for Event {
    fn from(event: CloudEvent) -> Self {
        Self::Cloud(event)
    }
}
