//! What a step of the driver leads to outside of the segment's lock.

use std::any::Any;
use std::net::{SocketAddr, SocketAddrV4};
use std::sync::Arc;

use nanorig_trace::event::ConnEvent;
use tokio::net::TcpStream;
use tokio::sync::mpsc;

use super::connection::Connection;
use super::driver::Shared;
use super::forward;
use super::slot::Side;
use super::tcp::{ServerStream, TcpSocket};
use crate::directory::Incoming;

/// Whom an incoming connection is for.
pub(super) enum Purpose {
    /// A service of the directory.
    Service { service: Arc<str>, incoming: mpsc::UnboundedSender<Incoming> },
    /// A socket of the host that is connected already.
    Host(TcpStream),
    /// A listener on the device.
    Listener(mpsc::Sender<TcpSocket>),
}

/// A connection whose handshake completed.
pub(super) struct HandOut {
    pub(super) side: Side,
    pub(super) id: u64,
    pub(super) local: SocketAddrV4,
    pub(super) remote: SocketAddrV4,
    pub(super) purpose: Purpose,
}

/// A connection that waits for a socket of the host.
pub(super) struct HostDial {
    pub(super) syn: Vec<u8>,
    pub(super) device: SocketAddrV4,
    pub(super) server: SocketAddrV4,
    pub(super) host: SocketAddr,
}

#[derive(Default)]
pub(super) struct Effects {
    pub(super) hand_outs: Vec<HandOut>,
    pub(super) host_dials: Vec<HostDial>,
    released: Vec<Box<dyn Any + Send>>,
}

impl Effects {
    /// Takes what a released slot held, to be dropped when nobody holds the lock.
    pub(super) fn release(&mut self, holds: &mut Vec<Box<dyn Any + Send>>) {
        self.released.append(holds);
    }

    /// Does what is to be done without the lock.
    pub(super) fn perform(self, shared: &Arc<Shared>) {
        drop(self.released);
        for dial in self.host_dials {
            forward::dial(shared, dial);
        }
        for out in self.hand_outs {
            let connection = Connection::new(shared.clone(), out.side, out.id, out.local, out.remote);
            match out.purpose {
                Purpose::Service { service, incoming } => {
                    let (device, server) = (out.remote, out.local);
                    let conn = shared.world.directory.next_connection();
                    let service = String::from(&*service);
                    let (from, to) = (device.into(), server.into());
                    shared.world.recorder.record(ConnEvent::Opened {
                        conn,
                        service,
                        device: from,
                        server: to,
                    });
                    let stream = ServerStream::new(connection);
                    if let Err(refused) = incoming.send(Incoming { conn, stream, device, server }) {
                        refused.0.stream.abort(); // The listener went while the handshake was under way.
                    }
                }
                Purpose::Host(host) => forward::relay(ServerStream::new(connection), host),
                Purpose::Listener(listener) => {
                    if let Err(refused) = listener.try_send(TcpSocket::new(connection)) {
                        refused.into_inner().abort();
                    }
                }
            }
        }
    }
}
