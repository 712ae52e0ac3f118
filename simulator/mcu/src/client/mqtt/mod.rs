//! MQTT: the protocol without I/O in [`session`], and a client that runs it over the device's sockets.

mod client;
mod delivery;
mod driver;
mod error;
mod message;
pub mod session;
mod shared;
#[cfg(test)]
mod tests;

pub use client::{MqttClient, MqttOptions};
pub use delivery::Delivery;
pub use error::MqttError;
pub(crate) use error::{close_kind, status_reason};
pub use message::{MqttEvent, MqttEvents, ReceivedMessage};
pub use session::{CloseReason, ConnectOptions, Outgoing, Version};

pub use nanorig_wire::mqtt::{ConnectCode, QoS, SubAckCode, Will};
