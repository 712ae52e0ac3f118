//! Datagram sockets within the budget.

use std::net::SocketAddrV4;

use nanorig_world::segment::SendError;

use super::error::NetError;
use crate::heap::{Heap, HeapBlock};
use crate::runtime::Mcu;
use crate::socket_table::{SocketSlot, UdpPcb};

/// Heap of a datagram beside its payload: packet buffer, headers and, on receipt, a `netbuf` of lwIP.
const OVERHEAD: usize = 16 + 42 + 16;

/// Local ports that are tried when one is still in use.
const PORTS: usize = 8;

/// A datagram socket. Dropping it frees its port.
#[derive(Debug)]
pub struct UdpSocket {
    socket: nanorig_world::UdpSocket,
    heap: Heap,
    _pcb: UdpPcb,
    /// None for a socket of the stack itself.
    _application: Option<(SocketSlot, HeapBlock)>,
}

impl Mcu {
    /// Opens a datagram socket on `port`; 0 takes any free one.
    ///
    /// # Errors
    /// The port is in use, or the device has no socket, no control block or no memory left.
    pub fn udp(&self, port: u16) -> Result<UdpSocket, NetError> {
        let slot = self.sockets().socket("udp")?;
        let memory = self.native().alloc(self.profile().udp.socket, "udp-socket")?;
        self.open_udp(port, "udp", Some((slot, memory)))
    }

    /// A socket of the stack itself, which lwIP runs on a bare control block; port 0 as above.
    pub(crate) fn system_udp(&self, port: u16, what: &'static str) -> Result<UdpSocket, NetError> {
        self.open_udp(port, what, None)
    }

    fn open_udp(
        &self,
        port: u16,
        what: &'static str,
        application: Option<(SocketSlot, HeapBlock)>,
    ) -> Result<UdpSocket, NetError> {
        let udp = &self.profile().udp;
        let pcb = self.sockets().udp_pcb(self.native(), udp.pcb, what)?;
        let socket = self.bind(port, udp.queue as usize)?;
        let heap = self.native().clone();
        Ok(UdpSocket { socket, heap, _pcb: pcb, _application: application })
    }

    fn bind(&self, port: u16, queue: usize) -> Result<nanorig_world::UdpSocket, NetError> {
        let bind =
            |port: u16| self.inner.port.udp_bind(port, queue).map_err(|_| NetError::PortInUse { port });
        if port != 0 {
            return bind(port);
        }
        let mut last = NetError::PortInUse { port };
        for _ in 0..PORTS {
            match bind(self.inner.net.datagram_port()) {
                Ok(socket) => return Ok(socket),
                Err(error) => last = error,
            }
        }
        Err(last)
    }
}

impl UdpSocket {
    /// Its port on the device.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.socket.port()
    }

    /// Sends one datagram.
    ///
    /// # Errors
    /// There is no link, no address or no memory, or the datagram is longer than a packet.
    pub fn send_to(&self, payload: &[u8], to: SocketAddrV4) -> Result<(), NetError> {
        let _buffer = self.heap.alloc(payload.len() + OVERHEAD, "udp-send")?;
        self.socket.send_to(payload, to).map_err(|error| match error {
            SendError::LinkDown => NetError::LinkDown { detail: "no-link".into() },
            SendError::NoAddress => NetError::NoAddress,
            SendError::TooLong { .. } => NetError::Unreachable,
            _ => NetError::Closed,
        })
    }

    /// The next datagram and its sender. One that finds no memory is lost, as in lwIP.
    ///
    /// # Errors
    /// The device lost its power.
    pub async fn recv_from(&mut self) -> Result<(Vec<u8>, SocketAddrV4), NetError> {
        loop {
            let (payload, from) = self.socket.recv_from().await.map_err(|_| NetError::Closed)?;
            if self.heap.alloc(payload.len() + OVERHEAD, "udp-receive").is_ok() {
                return Ok((payload, from));
            }
        }
    }
}
