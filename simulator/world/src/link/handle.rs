//! Changes a link while it runs.

use std::fmt;
use std::sync::Arc;

use nanorig_trace::event::NetworkEvent;

use super::LinkSettings;
use crate::fault::{Fault, FaultId};
use crate::segment::Shared;

/// A segment's link. Cheap to clone. Changes apply to frames sent from now on, not to those on their way.
#[derive(Clone)]
pub struct LinkHandle {
    shared: Arc<Shared>,
}

impl LinkHandle {
    pub(crate) const fn new(shared: Arc<Shared>) -> Self {
        Self { shared }
    }

    /// What the link is like.
    #[must_use]
    pub fn settings(&self) -> LinkSettings {
        self.shared.lock().link.settings().clone()
    }

    /// Changes what the link is like; each changed setting is recorded.
    pub fn set(&self, settings: LinkSettings) {
        let changes = {
            let mut state = self.shared.lock();
            let changes = settings.changes_from(state.link.settings());
            state.link.set(settings);
            changes
        };
        for (name, on) in changes {
            self.record(name, on);
        }
    }

    /// Puts a fault on the link, behind those already there.
    pub fn insert(&self, fault: Box<dyn Fault>) -> FaultId {
        let name = fault.name();
        let id = self.shared.lock().link.insert(fault);
        self.record(name, true);
        id
    }

    /// Takes a fault off the link; false when it is not there.
    pub fn remove(&self, id: FaultId) -> bool {
        let fault = self.shared.lock().link.remove(id);
        if let Some(fault) = &fault {
            self.record(fault.name(), false);
        }
        fault.is_some()
    }

    /// Frames lost since the start.
    #[must_use]
    pub fn lost(&self) -> u64 {
        self.shared.lock().link.lost()
    }

    fn record(&self, name: &str, on: bool) {
        self.shared.world.recorder.record(NetworkEvent::Link { fault: name.into(), on });
    }
}

impl fmt::Debug for LinkHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LinkHandle").field("settings", &self.settings()).finish()
    }
}
