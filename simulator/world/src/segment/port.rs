//! The device's handle of its segment: the raw stack, without budgets.

use std::fmt;
use std::net::{Ipv4Addr, SocketAddrV4};
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;

use super::config::{Ipv4Config, Mac, NotAHostAddress, is_host_address};
use super::connection::Connection;
use super::device::{Device, Door, UdpQueue};
use super::driver::Shared;
use super::effects::Effects;
use super::slot::{NewSlot, Owner, Side};
use super::tcp::{TcpListener, TcpSocket};
use super::udp::UdpSocket;

/// How a TCP socket of the device is made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TcpOptions {
    /// The local port; none: the next free ephemeral one.
    pub local_port: Option<u16>,
    /// Receive buffer in bytes: the largest window. Default 5840.
    pub receive_bytes: usize,
    /// Send buffer in bytes. Default 5840.
    pub send_bytes: usize,
    /// How long SYNs are repeated. Default 75 s.
    pub connect_timeout: Duration,
    /// How long data may stay unacknowledged before the connection fails; none: for ever. Default 120 s.
    pub give_up: Option<Duration>,
    /// Small writes wait for the acknowledgement of earlier ones (RFC 896). Default false.
    pub nagle: bool,
}

impl Default for TcpOptions {
    fn default() -> Self {
        Self {
            local_port: None,
            receive_bytes: 5_840,
            send_bytes: 5_840,
            connect_timeout: Duration::from_secs(75),
            give_up: Some(Duration::from_secs(120)),
            nagle: false,
        }
    }
}

/// Why a connection cannot even be started.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ConnectError {
    /// No cable, no access point.
    #[error("the link is down")]
    LinkDown,
    /// The device has no address.
    #[error("the device has no address")]
    NoAddress,
    /// Not in the own network, and there is no gateway.
    #[error("no route to {0}")]
    NoRoute(Ipv4Addr),
    /// Port 0 or an address that is none.
    #[error("{0} is no address to connect to")]
    NotAnAddress(SocketAddrV4),
    /// Another connection to the same peer uses it.
    #[error("local port {0} is in use")]
    PortInUse(u16),
}

/// Why a port cannot be bound.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BindError {
    /// Somebody else has it.
    #[error("port {0} is in use")]
    InUse(u16),
    /// A listener needs a port.
    #[error("port 0 cannot be listened on")]
    Zero,
}

/// The network under a device. Cheap to clone; clones are one port.
///
/// A new port is like one after [`reset`](Self::reset): link down, no address.
#[derive(Clone)]
pub struct DevicePort {
    pub(super) shared: Arc<Shared>,
    pub(super) mac: Mac,
}

impl DevicePort {
    /// The device's Ethernet address.
    #[must_use]
    pub const fn mac(&self) -> Mac {
        self.mac
    }

    /// Plugs the cable in or out, or says that the access point was joined or lost. Sockets stay.
    pub fn set_link(&self, up: bool) {
        self.shared.lock().link.set_connected(up);
        self.shared.wake();
    }

    /// Whether the link is up.
    #[must_use]
    pub fn link_is_up(&self) -> bool {
        self.shared.lock().link.is_connected()
    }

    /// Sets the address. Connections from another address fail with `AddrNotAvailable`.
    ///
    /// # Errors
    /// Address or gateway is none that a host can have; what was configured before stays.
    pub fn configure(&self, config: Ipv4Config) -> Result<(), NotAHostAddress> {
        let addresses = [Some(config.address), config.gateway];
        if let Some(wrong) = addresses.into_iter().flatten().find(|ip| !is_host_address(*ip)) {
            return Err(NotAHostAddress(wrong));
        }
        self.shared.lock().device.configure(Some(config));
        self.shared.wake();
        Ok(())
    }

    /// Removes the address. Connections fail with `AddrNotAvailable`.
    pub fn deconfigure(&self) {
        self.shared.lock().device.configure(None);
        self.shared.wake();
    }

    /// The address.
    #[must_use]
    pub fn configuration(&self) -> Option<Ipv4Config> {
        self.shared.lock().device.config
    }

    /// Starts a connection; [`TcpSocket::connected`] waits for it.
    ///
    /// # Errors
    /// See [`ConnectError`].
    pub fn tcp_connect(&self, remote: SocketAddrV4, options: TcpOptions) -> Result<TcpSocket, ConnectError> {
        let now = self.shared.now();
        let mut state = self.shared.lock();
        if !state.link.is_connected() {
            return Err(ConnectError::LinkDown);
        }
        let device = &mut state.device;
        let config = device.config.ok_or(ConnectError::NoAddress)?;
        if config.gateway.is_none() && !config.cidr().contains_addr(remote.ip()) {
            return Err(ConnectError::NoRoute(*remote.ip()));
        }
        let taken = |device: &Device, port| {
            let mut slots = device.stack.slots.iter();
            slots.any(|slot| slot.handle.is_some() && slot.local.port() == port && slot.remote == remote)
        };
        let port = match options.local_port {
            Some(port) if taken(device, port) => return Err(ConnectError::PortInUse(port)),
            Some(port) => port,
            None => device.ephemeral_port(taken),
        };
        let local = SocketAddrV4::new(config.address, port);
        let mut socket = options.socket();
        let to = (*remote.ip(), remote.port());
        socket
            .connect(device.stack.iface.context(), to, (*local.ip(), port))
            .map_err(|_| ConnectError::NotAnAddress(remote))?;
        let handle = device.add_socket(socket);
        let (owner, handshake, give_up) = (Owner::App, options.connect_timeout, options.give_up);
        let id = device.stack.slots.add(now, NewSlot { handle, local, remote, owner, handshake, give_up });
        device.stack.touch();
        drop(state);
        self.shared.wake();
        Ok(TcpSocket::new(Connection::new(self.shared.clone(), Side::Device, id, local, remote)))
    }

    /// Opens `port`. While `backlog` connections wait to be accepted, further SYNs are lost.
    ///
    /// # Errors
    /// See [`BindError`].
    pub fn tcp_listen(
        &self,
        port: u16,
        backlog: usize,
        options: TcpOptions,
    ) -> Result<TcpListener, BindError> {
        if port == 0 {
            return Err(BindError::Zero);
        }
        let mut state = self.shared.lock();
        let device = &mut state.device;
        if device.doors.iter().any(|door| door.port == port) {
            return Err(BindError::InUse(port));
        }
        let id = device.next_id();
        let (sender, accepted) = mpsc::channel(backlog.max(1));
        device.doors.push(Door { id, port, options, accepted: sender });
        Ok(TcpListener { shared: self.shared.clone(), id, port, accepted })
    }

    /// Binds a datagram port, 0 for the next free ephemeral one, with a queue of `queue_packets`.
    ///
    /// # Errors
    /// See [`BindError`].
    pub fn udp_bind(&self, port: u16, queue_packets: usize) -> Result<UdpSocket, BindError> {
        let mut state = self.shared.lock();
        let device = &mut state.device;
        let taken = |device: &Device, port| device.queues.iter().any(|queue| queue.port == port);
        let port = match port {
            0 => device.ephemeral_port(taken),
            port if taken(device, port) => return Err(BindError::InUse(port)),
            port => port,
        };
        let id = device.next_id();
        let limit = queue_packets.max(1);
        device.queues.push(UdpQueue {
            id,
            port,
            packets: std::collections::VecDeque::new(),
            limit,
            waker: None,
        });
        Ok(UdpSocket { shared: self.shared.clone(), id, port })
    }

    /// Power loss: link, address and all sockets vanish without a word to anybody. Handles of before fail.
    pub fn reset(&self) {
        let mut effects = Effects::default();
        let now = self.shared.now();
        {
            let mut state = self.shared.lock();
            state.link.set_connected(false);
            state.device.restart(now, &mut effects);
        }
        effects.perform(&self.shared);
        self.shared.wake();
    }

    /// The state of every TCP socket that occupies a slot, in the order of their making; listeners do not.
    #[cfg(test)]
    pub(super) fn tcp_states(&self) -> Vec<super::TcpState> {
        let state = self.shared.lock();
        let stack = &state.device.stack;
        let of = |handle| stack.sockets.get::<smoltcp::socket::tcp::Socket<'_>>(handle).state();
        stack.slots.iter().map(|slot| slot.handle.map_or(super::TcpState::Closed, of)).collect()
    }
}

impl fmt::Debug for DevicePort {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DevicePort").field("mac", &self.mac).finish_non_exhaustive()
    }
}
