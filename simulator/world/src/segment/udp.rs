//! UDP as a device's programs use it.

use std::fmt;
use std::future::poll_fn;
use std::io;
use std::net::{Ipv4Addr, SocketAddrV4};
use std::sync::Arc;
use std::task::Poll;

use super::config::Mac;
use super::driver::Shared;
use super::failure::Failure;
use crate::link::udp_frame;

/// IPv4 and UDP headers.
const HEADERS: usize = 28;

/// Why a datagram was not sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SendError {
    /// No cable, no access point.
    #[error("the link is down")]
    LinkDown,
    /// Only broadcasts can be sent without an address.
    #[error("the device has no address")]
    NoAddress,
    /// The stack does not fragment.
    #[error("{bytes} bytes do not fit into a packet of {limit}")]
    TooLong {
        /// Length of the payload.
        bytes: usize,
        /// Largest payload.
        limit: usize,
    },
    /// The socket is of an earlier life.
    #[error("the device lost power")]
    PowerLost,
}

/// A datagram port of the device. Dropping it frees the port.
///
/// It works without an address too, from 0.0.0.0 to broadcast addresses: that is what a DHCP client needs.
pub struct UdpSocket {
    pub(super) shared: Arc<Shared>,
    pub(super) id: u64,
    pub(super) port: u16,
}

impl UdpSocket {
    /// The port.
    #[must_use]
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// Sends a datagram. The stack knows the gateway's Ethernet address, so no ARP comes before it.
    ///
    /// # Errors
    /// See [`SendError`].
    pub fn send_to(&self, payload: &[u8], to: SocketAddrV4) -> Result<(), SendError> {
        let mut state = self.shared.lock();
        if !state.device.queues.iter().any(|queue| queue.id == self.id) {
            return Err(SendError::PowerLost);
        }
        if !state.link.is_connected() {
            return Err(SendError::LinkDown);
        }
        let device = &mut state.device;
        let limit = usize::from(device.mtu).saturating_sub(HEADERS);
        if payload.len() > limit {
            return Err(SendError::TooLong { bytes: payload.len(), limit });
        }
        let subnet = device.config.and_then(|config| config.cidr().broadcast());
        let broadcast = to.ip().is_broadcast() || Some(*to.ip()) == subnet;
        let address = match device.config {
            Some(config) => config.address,
            None if broadcast => Ipv4Addr::UNSPECIFIED,
            None => return Err(SendError::NoAddress),
        };
        let from = (device.mac, SocketAddrV4::new(address, self.port));
        let mac = if broadcast { Mac::BROADCAST } else { device.gateway_mac };
        device.stack.nic.outbox.push(udp_frame(from, (mac, to), payload));
        drop(state);
        self.shared.wake();
        Ok(())
    }

    /// The next datagram and its sender. While the queue is full, arriving ones are lost.
    ///
    /// # Errors
    /// `ConnectionAborted` after a power loss.
    pub async fn recv_from(&self) -> io::Result<(Vec<u8>, SocketAddrV4)> {
        poll_fn(|cx| {
            let mut state = self.shared.lock();
            let Some(queue) = state.device.queues.iter_mut().find(|queue| queue.id == self.id) else {
                return Poll::Ready(Err(Failure::PowerLost.error()));
            };
            if let Some(packet) = queue.packets.pop_front() {
                return Poll::Ready(Ok(packet));
            }
            queue.waker = Some(cx.waker().clone());
            Poll::Pending
        })
        .await
    }
}

impl Drop for UdpSocket {
    fn drop(&mut self) {
        self.shared.lock().device.queues.retain(|queue| queue.id != self.id);
    }
}

impl fmt::Debug for UdpSocket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UdpSocket").field("port", &self.port).finish_non_exhaustive()
    }
}
