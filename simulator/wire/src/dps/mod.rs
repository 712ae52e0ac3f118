//! What the Device Provisioning Service puts into MQTT: user name, topics and bodies.
//!
//! Knows the texts, not enrollments or allocation. Source: Microsoft's "Communicate with DPS
//! using MQTT" and the public SDKs.

mod body;
mod registration_id;
mod topic;
mod username;

pub use crate::query::QueryError;
pub use crate::service_error::{BodyError, ErrorBody};
pub use body::{AssignmentStatus, OperationStatus, RegisterBody, RegistrationState};
pub use registration_id::{RegistrationIdError, check_registration_id};
pub use topic::{RESPONSES_FILTER, Request, Response, TopicError};
pub use username::{Username, UsernameError};
