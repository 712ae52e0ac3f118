//! The harness's handle of a segment.

use std::fmt;
use std::io;
use std::net::{Ipv4Addr, SocketAddrV4};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::config::SegmentConfig;
use super::connection::Connection;
use super::driver::Shared;
use super::port::DevicePort;
use super::slot::Side;
use super::tcp::ServerStream;
use crate::World;
use crate::directory::UdpService;
use crate::lan::dhcp::{DhcpHandle, SERVER_PORT};
use crate::link::LinkHandle;

/// How long a LAN client waits for the device's answer to its SYN.
const DIAL_LIMIT: Duration = Duration::from_secs(30);

/// One device's stretch of network as the harness sees it. Cheap to clone.
///
/// The segment lives as long as any handle: this one, the device's port, a socket of either end.
#[derive(Clone)]
pub struct Segment {
    shared: Arc<Shared>,
}

impl Segment {
    /// Makes a segment in `world` and spawns the task that moves it.
    ///
    /// # Panics
    /// Outside a tokio runtime.
    #[must_use]
    pub fn new(world: &World, config: SegmentConfig) -> (Self, DevicePort) {
        let mac = config.mac;
        let dhcp = config.dhcp.clone().map(DhcpHandle::new);
        let shared = Shared::start(world, config, dhcp.clone());
        let segment = Self { shared: shared.clone() };
        if let Some(dhcp) = dhcp {
            segment.udp(SERVER_PORT, Box::new(dhcp));
        }
        (segment, DevicePort { shared, mac })
    }

    /// The link.
    #[must_use]
    pub fn link(&self) -> LinkHandle {
        LinkHandle::new(self.shared.clone())
    }

    /// The DHCP server.
    #[must_use]
    pub fn dhcp(&self) -> Option<DhcpHandle> {
        self.shared.lock().gateway.dhcp.clone()
    }

    /// The gateway's present address.
    #[must_use]
    pub fn gateway(&self) -> Ipv4Addr {
        self.shared.lock().gateway.address
    }

    /// Serves datagrams to `port` of the gateway and to broadcasts, on this segment only. What was
    /// there before is replaced.
    pub fn udp(&self, port: u16, service: Box<dyn UdpService>) {
        let services = &mut self.shared.lock().gateway.services;
        services.retain(|(known, _)| *known != port);
        services.push((port, Arc::new(Mutex::new(service))));
    }

    /// Switches work-arounds off.
    #[cfg(test)]
    pub(super) fn run_bare(&self, bare: super::stack::Bare) {
        let mut state = self.shared.lock();
        state.stack_mut(Side::Device).bare = bare;
        state.stack_mut(Side::Gateway).bare = bare;
    }

    /// A client in the LAN connects to `port` of the device, from the gateway's address.
    ///
    /// # Errors
    /// `AddrNotAvailable` when the device has no address, `ConnectionRefused`, `TimedOut`.
    pub async fn dial(&self, port: u16) -> io::Result<ServerStream> {
        let now = self.shared.now();
        let (id, local, device) = {
            let mut state = self.shared.lock();
            let address = state.device.config.map(|config| SocketAddrV4::new(config.address, port));
            let connecting =
                address.and_then(|device| Some((device, state.gateway.connect(now, device, DIAL_LIMIT)?)));
            let Some((device, (id, local))) = connecting else {
                return Err(io::Error::new(io::ErrorKind::AddrNotAvailable, "the device has no address"));
            };
            (id, local, device)
        };
        self.shared.wake();
        let connection = Connection::new(self.shared.clone(), Side::Gateway, id, local, device);
        let stream = ServerStream::new(connection);
        stream.connected().await?;
        Ok(stream)
    }
}

impl fmt::Debug for Segment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Segment").field("gateway", &self.gateway()).finish_non_exhaustive()
    }
}
