//! The simulated device and bench, as the runner sees them.

use nanorig_dut::{Bench, Call, CallId, CallSpec, Capabilities, Device, HandError, Outcome, Performer};
use nanorig_trace::DutIdentity;

use super::performer::Calls;

/// The emulated board.
pub struct SimulatedDevice {
    pub(super) calls: Calls,
    pub(super) identity: DutIdentity,
    pub(super) capabilities: Capabilities,
}

/// The cloud and the network around it.
pub struct SimulatedBench {
    pub(super) calls: Calls,
}

impl Performer for SimulatedDevice {
    fn start(&mut self, call: Call) -> Result<CallId, HandError> {
        self.calls.start(call)
    }

    async fn finished(&mut self) -> Result<(CallId, Outcome), HandError> {
        self.calls.finished().await
    }

    fn abandon(&mut self, id: CallId) {
        self.calls.abandon(id);
    }
}

impl Device for SimulatedDevice {
    fn identity(&self) -> &DutIdentity {
        &self.identity
    }

    fn capabilities(&self) -> &Capabilities {
        &self.capabilities
    }
}

impl Performer for SimulatedBench {
    fn start(&mut self, call: Call) -> Result<CallId, HandError> {
        self.calls.start(call)
    }

    async fn finished(&mut self) -> Result<(CallId, Outcome), HandError> {
        self.calls.finished().await
    }

    fn abandon(&mut self, id: CallId) {
        self.calls.abandon(id);
    }
}

impl Bench for SimulatedBench {
    /// Everything is simulated here, so everything can be done.
    fn supports(&self, _spec: &CallSpec) -> bool {
        true
    }
}
