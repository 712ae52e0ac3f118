//! Opening connections.

use std::net::SocketAddrV4;
use std::time::Duration;

use nanorig_world::TcpSocket;
use nanorig_world::segment::ConnectError;

use super::stream::{Charge, TcpStream, explain};
use crate::net::NetError;
use crate::runtime::Mcu;

/// Local ports that are tried when one is still in use.
const PORTS: usize = 8;

impl Mcu {
    /// Connects to `remote`, for as long as the firmware's habit says.
    ///
    /// # Errors
    /// What the network answers ([`NetError::Refused`], [`NetError::Timeout`], ...), or what the device lacks
    /// ([`NetError::NoSocket`], [`NetError::OutOfMemory`], [`NetError::NoAddress`], [`NetError::LinkDown`]).
    pub async fn connect_tcp(&self, remote: SocketAddrV4) -> Result<TcpStream, NetError> {
        self.connect_tcp_within(remote, self.habits().net.tcp.connect_timeout).await
    }

    /// Connects to `remote` within `limit`, or as long as the stack repeats its SYN.
    ///
    /// # Errors
    /// As [`connect_tcp`](Self::connect_tcp).
    pub async fn connect_tcp_within(
        &self,
        remote: SocketAddrV4,
        limit: Option<Duration>,
    ) -> Result<TcpStream, NetError> {
        let charge = Charge::take(self, "tcp")?;
        let socket = self.dial(remote)?;
        let connected = async { socket.connected().await.map_err(|error| NetError::of(&explain(error))) };
        match limit {
            None => connected.await?,
            Some(limit) => tokio::select! {
                biased;
                result = connected => result?,
                () = self.clock().sleep(limit) => {
                    socket.abort();
                    return Err(NetError::Timeout);
                }
            },
        }
        Ok(TcpStream::new(self, socket, charge))
    }

    /// Resolves `host` and connects to the first of its addresses that answers.
    ///
    /// # Errors
    /// As [`resolve`](Self::resolve), or the last address's failure as [`connect_tcp`](Self::connect_tcp).
    pub async fn connect_host(&self, host: &str, port: u16) -> Result<TcpStream, NetError> {
        let habits = &self.habits().net;
        // The second socket is there while the first one is set up, and then goes.
        let _second =
            if habits.tcp.second_socket_on_connect { Some(self.sockets().socket("tcp-ipv6")?) } else { None };
        let mut addresses = self.resolve(host).await?;
        if !habits.dns.try_next_address {
            addresses.truncate(1);
        }
        let mut last = NetError::NoAddress;
        for address in addresses {
            match self.connect_tcp(SocketAddrV4::new(address, port)).await {
                Ok(stream) => return Ok(stream),
                Err(
                    error @ (NetError::Refused | NetError::Reset | NetError::Timeout | NetError::Unreachable),
                ) => {
                    last = error;
                }
                // What the device itself lacks does not get better at another address.
                Err(error) => return Err(error),
            }
        }
        Err(last)
    }

    fn dial(&self, remote: SocketAddrV4) -> Result<TcpSocket, NetError> {
        let mut port = 0;
        for _ in 0..PORTS {
            port = self.inner.net.connection_port();
            match self.inner.port.tcp_connect(remote, self.tcp_options(Some(port))) {
                Ok(socket) => return Ok(socket),
                Err(ConnectError::PortInUse(_)) => {}
                Err(ConnectError::NoAddress) => return Err(NetError::NoAddress),
                Err(ConnectError::LinkDown) => {
                    let detail = self.inner.net.status().detail.into();
                    return Err(NetError::LinkDown { detail });
                }
                Err(_) => return Err(NetError::Unreachable),
            }
        }
        Err(NetError::PortInUse { port })
    }
}
