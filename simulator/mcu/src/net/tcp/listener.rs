//! Server sockets of the firmware.

use nanorig_world::TcpOptions;

use super::stream::{Charge, TcpStream, explain};
use crate::heap::HeapBlock;
use crate::net::NetError;
use crate::runtime::Mcu;
use crate::socket_table::SocketSlot;

/// Connections that wait to be accepted: lwIP's accept mailbox has 4 to 6 entries.
const BACKLOG: usize = 4;
/// Heap of a listening control block in lwIP.
const LISTEN_PCB: usize = 28;

/// A server socket within the device's budget: it takes a socket itself, and each accepted
/// connection takes another.
#[derive(Debug)]
pub struct TcpListener {
    listener: nanorig_world::TcpListener,
    mcu: Mcu,
    _slot: SocketSlot,
    _memory: HeapBlock,
}

impl Mcu {
    /// Listens on `port`.
    ///
    /// # Errors
    /// The port is in use, or the device has no socket or no memory left.
    pub fn listen_tcp(&self, port: u16) -> Result<TcpListener, NetError> {
        let tcp = &self.profile().tcp;
        let slot = self.sockets().socket("tcp-listen")?;
        let memory = self.native().alloc(LISTEN_PCB + tcp.netconn + tcp.mailbox, "tcp-listen")?;
        let listener = self
            .inner
            .port
            .tcp_listen(port, BACKLOG, self.tcp_options(None))
            .map_err(|_| NetError::PortInUse { port })?;
        Ok(TcpListener { listener, mcu: self.clone(), _slot: slot, _memory: memory })
    }

    pub(super) fn tcp_options(&self, local_port: Option<u16>) -> TcpOptions {
        let tcp = &self.profile().tcp;
        TcpOptions {
            local_port,
            receive_bytes: tcp.window,
            send_bytes: tcp.send_buffer,
            // n repetitions, each waiting twice as long as the one before.
            connect_timeout: tcp.syn_wait * ((1 << (tcp.syn_retries.min(10) + 1)) - 1),
            give_up: Some(tcp.give_up),
            ..TcpOptions::default()
        }
    }
}

impl TcpListener {
    /// The next connection. One that does not fit the budget is reset, as lwIP does, and the wait goes on.
    ///
    /// # Errors
    /// The device lost its power.
    pub async fn accept(&mut self) -> Result<TcpStream, NetError> {
        loop {
            let socket = self.listener.accept().await.map_err(|error| NetError::of(&explain(error)))?;
            match Charge::take(&self.mcu, "tcp-accept") {
                Ok(charge) => return Ok(TcpStream::new(&self.mcu, socket, charge)),
                Err(_) => socket.abort(),
            }
        }
    }

    /// The port.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.listener.port()
    }
}
