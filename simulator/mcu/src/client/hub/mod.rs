//! The IoT Hub client: `DeviceClient` and what belongs to it.
//!
//! [`DeviceClient`] is the handle of the application. `manager.rs` keeps the connection, `live.rs` is one
//! connection's life, and each feature has a file: telemetry, twin, methods, cloud-to-device messages,
//! Plug and Play. Decisions that firmware gets wrong are read from [`CloudHabits`](crate::habits::CloudHabits).

mod c2d;
mod client;
mod desired;
mod error;
mod event;
mod inner;
mod live;
mod login;
mod manager;
mod methods;
mod options;
mod pnp;
mod policy;
mod properties;
mod queue;
mod status;
mod telemetry;
#[cfg(test)]
mod tests;
mod twin;
mod twin_collection;

pub use c2d::CloudMessage;
pub use client::DeviceClient;
pub use error::HubError;
pub use event::{HubEvent, HubEvents};
pub use methods::{MethodHandler, MethodRequest, MethodResponse};
pub use options::{DeviceClientOptions, LastWill, QueueOptions};
pub use pnp::{PnpConvention, PropertyAcknowledge, PropertyStatus};
pub use properties::{ValueCheck, WritableProperty};
pub use status::{ClientStatus, ConnectionStatus};
pub use telemetry::{Message, TelemetryDelivery};
pub use twin_collection::{Twin, TwinCollection};

pub use nanorig_wire::hub::Identity;
