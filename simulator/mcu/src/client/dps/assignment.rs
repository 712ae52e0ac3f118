//! What DPS assigned.

use std::sync::{Arc, Mutex, PoisonError};

use serde_json::Value;

/// The hub and the device id that DPS assigned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assignment {
    /// Host name of the hub.
    pub hub: String,
    /// Device id there; may differ from the registration id.
    pub device_id: String,
}

/// The outcome of a registration that succeeded.
#[derive(Clone, Debug, PartialEq)]
pub struct DeviceRegistrationResult {
    /// Where the device belongs.
    pub assignment: Assignment,
    /// `initialAssignment`, `deviceDataMigrated` or `deviceDataReset`.
    pub substatus: Option<String>,
    /// What a custom allocation returned to the device.
    pub payload: Option<Value>,
    /// How often the status was asked for before the result came.
    pub polls: u32,
}

/// A place in flash for the assignment: it survives boots for as long as somebody holds it.
#[derive(Clone, Debug, Default)]
pub struct AssignmentStore(Arc<Mutex<Stored>>);

#[derive(Debug, Default)]
struct Stored {
    assignment: Option<Assignment>,
    writes: u64,
}

impl AssignmentStore {
    /// What is stored.
    #[must_use]
    pub fn load(&self) -> Option<Assignment> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).assignment.clone()
    }

    /// Stores an assignment. Flash is written only when it differs.
    pub fn store(&self, assignment: &Assignment) {
        let mut stored = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if stored.assignment.as_ref() != Some(assignment) {
            stored.assignment = Some(assignment.clone());
            stored.writes += 1;
        }
    }

    /// Erases what is stored.
    pub fn erase(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).assignment = None;
    }

    /// How often flash was written.
    #[must_use]
    pub fn writes(&self) -> u64 {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).writes
    }
}
