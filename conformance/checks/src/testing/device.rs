//! What the device says about itself, and what the hub says about it.

use nanorig_trace::Utc;
use nanorig_trace::event::{CloudEvent, ConnId, DeviceEvent, RunEvent, StepResult};

use super::Story;

impl Story {
    pub(crate) fn boot(&mut self, reason: &str) -> &mut Self {
        self.event(DeviceEvent::Boot { reason: reason.into(), count: 1 })
    }

    pub(crate) fn link_up(&mut self) -> &mut Self {
        self.event(DeviceEvent::Link { up: true, medium: "wifi".into(), detail: "associated".into() })
    }

    /// The clock goes from `before` to the right time.
    pub(crate) fn clock_set_from(&mut self, before: Utc) -> &mut Self {
        let after = self.utc();
        self.event(DeviceEvent::ClockSet { before, after, server: "pool.ntp.org".into() })
    }

    /// The clock goes from 1970 to the right time.
    pub(crate) fn clock_set(&mut self) -> &mut Self {
        self.clock_set_from(Utc::UNIX_EPOCH)
    }

    pub(crate) fn device_tls_failed(&mut self, error: &str) -> &mut Self {
        let host = super::HUB_NAME.into();
        self.event(DeviceEvent::TlsFailed { host, error: error.into(), detail: String::new() })
    }

    pub(crate) fn status(&mut self, status: &str) -> &mut Self {
        self.event(DeviceEvent::Status { client: "hub".into(), status: status.into(), reason: "ok".into() })
    }

    pub(crate) fn cloud_connected(&mut self, conn: ConnId, auth: &str) -> &mut Self {
        self.event(CloudEvent::Connected {
            device: "nano-01".into(),
            conn,
            auth: auth.into(),
            expires: None,
            session_present: false,
            model_id: None,
        })
    }

    pub(crate) fn cloud_refused(&mut self, conn: ConnId, reason: &str) -> &mut Self {
        self.event(CloudEvent::Refused {
            service: "hub".into(),
            device: "nano-01".into(),
            conn,
            code: 5,
            reason: reason.into(),
        })
    }

    /// A step that could not be done, because the device or the bench cannot do its call.
    pub(crate) fn skipped(&mut self, step: u32, call: &str, message: &str) -> &mut Self {
        let (result, message, skipped) = (StepResult::NotApplicable, message.into(), Some(call.into()));
        self.event(RunEvent::StepStarted { step, label: call.into() });
        self.event(RunEvent::StepFinished { step, result, message, line: step, skipped })
    }
}
