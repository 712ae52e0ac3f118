//! The firmware's clients for the cloud: MQTT, DPS and IoT Hub.
//!
//! They know the device's sockets, heap and clock, and [`CloudHabits`](crate::habits::CloudHabits),
//! which says where a firmware errs. They know nothing of the servers they talk to.

mod backoff;
mod credentials;
pub mod dps;
pub mod hub;
pub mod mqtt;
#[cfg(test)]
mod testbed;
mod transport;

pub use backoff::Backoff;
pub use credentials::Credentials;
pub use transport::{Dialer, Endpoint, Security, Transport, TransportError};

/// What the clients call themselves in user names.
const CLIENT_TYPE: &str = concat!("nanorig/", env!("CARGO_PKG_VERSION"));
