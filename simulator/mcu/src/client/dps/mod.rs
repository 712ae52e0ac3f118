//! Provisioning: asks the Device Provisioning Service which hub the device belongs to.
//!
//! One registration is bounded in time; delays between attempts outlive it, so that an application that
//! starts again does not start over at full speed.

mod assignment;
mod client;
mod error;
mod exchange;
#[cfg(test)]
mod tests;

pub use assignment::{Assignment, AssignmentStore, DeviceRegistrationResult};
pub use client::{ProvisioningDeviceClient, ProvisioningOptions};
pub use error::ProvisioningError;
