//! Topics of IoT Hub: what a device publishes, what it subscribes to, what the hub delivers.

mod delivery;
mod error;
mod filter;
mod publish;

pub use delivery::{HubDelivery, is_same_rid};
pub use error::TopicError;
pub use filter::DeviceFilter;
pub use publish::DevicePublish;
