//! What IoT Hub puts into MQTT 3.1.1: user names, topics and property bags.
//!
//! Knows the texts, not what they do: registry, twins and sessions are the hub's. Sources are
//! Microsoft's "Communicate with an IoT hub using MQTT" and the public SDKs; where they differ,
//! parsers take every form that an SDK sends and `format` writes the documented one.

mod bag;
mod identity;
mod system_property;
pub mod topic;
mod username;

pub use crate::query::QueryError;
pub use crate::service_error::{BodyError, ErrorBody};
pub use bag::{BagError, BagStyle, PropertyBag};
pub use identity::{Identity, IdentityError, MAX_ID_CHARS};
pub use system_property::SystemProperty;
pub use topic::{DeviceFilter, DevicePublish, HubDelivery, TopicError, is_same_rid};
pub use username::{Username, UsernameError};
