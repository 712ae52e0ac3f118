//! What IoT Hub and DPS decided about the device under test. A hub may have other devices, which are not judged.

use std::collections::BTreeSet;

use nanorig_trace::event::{CloudEvent, ConnId};
use nanorig_trace::{Event, Trace};

use super::{At, Connection, View};

impl<'t> View<'t> {
    /// What IoT Hub and DPS decided about the device, under any of its identities.
    pub fn cloud_events(&self) -> impl DoubleEndedIterator<Item = (At, &'t CloudEvent)> {
        self.events().filter_map(|(at, event)| match event {
            Event::Cloud(event) if self.is_own(event) => Some((at, event)),
            _ => None,
        })
    }

    /// What the hub decided about the identity that this connection has.
    pub fn cloud_events_of(
        &self,
        connection: &Connection<'_>,
    ) -> impl DoubleEndedIterator<Item = (At, &'t CloudEvent)> {
        let identity = connection.identity().map(|identity| identity.to_string());
        self.cloud_events().filter(move |(_, event)| identity.as_deref() == device_of(event))
    }

    fn is_own(&self, event: &CloudEvent) -> bool {
        device_of(event).is_none_or(|device| self.identities.contains(device))
            || conn_of(event).is_some_and(|conn| self.connection(conn).is_some())
    }
}

/// The identities that the device has at hubs: those that it connects with, and the one that it was set up with.
pub(super) fn identities(trace: &Trace, connections: &[Connection<'_>]) -> BTreeSet<String> {
    let used = connections.iter().filter_map(Connection::identity).map(|identity| identity.to_string());
    used.chain([trace.header.dut.device_id.clone()]).collect()
}

/// Whom an event is about; none for registrations, which only the device makes.
pub(super) fn device_of(event: &CloudEvent) -> Option<&str> {
    match event {
        CloudEvent::Connected { device, .. }
        | CloudEvent::Refused { device, .. }
        | CloudEvent::Disconnected { device, .. }
        | CloudEvent::Telemetry { device, .. }
        | CloudEvent::TwinReported { device, .. }
        | CloudEvent::TwinDesired { device, .. }
        | CloudEvent::TwinRead { device, .. }
        | CloudEvent::TwinRefused { device, .. }
        | CloudEvent::MethodCalled { device, .. }
        | CloudEvent::MethodFinished { device, .. }
        | CloudEvent::C2d { device, .. }
        | CloudEvent::Throttled { device, .. } => Some(device),
        _ => None,
    }
}

fn conn_of(event: &CloudEvent) -> Option<ConnId> {
    match event {
        CloudEvent::Connected { conn, .. }
        | CloudEvent::Refused { conn, .. }
        | CloudEvent::Disconnected { conn, .. } => Some(*conn),
        _ => None,
    }
}
