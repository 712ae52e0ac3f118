//! Leads a device's connection to a socket of the host. Only where time is real.
//!
//! The host is connected first, while the device's SYN waits; then the SYN is let in and
//! answered, or refused as the host refused. So the device sees what it would see without us.

use std::sync::{Arc, Weak};

use tokio::net::TcpStream;

use super::driver::Shared;
use super::effects::HostDial;
use super::tcp::ServerStream;

/// What became of connecting to the host.
pub(super) enum HostAnswer {
    Waiting,
    Connected(TcpStream),
    Refused,
}

/// Connects in a task of its own and then lets the SYN in again.
pub(super) fn dial(shared: &Arc<Shared>, dial: HostDial) {
    let shared: Weak<Shared> = Arc::downgrade(shared);
    tokio::spawn(async move {
        let answer = match TcpStream::connect(dial.host).await {
            Ok(stream) => {
                let _ = stream.set_nodelay(true); // Only speed is lost where it cannot be set.
                HostAnswer::Connected(stream)
            }
            Err(error) => {
                tracing::debug!(host = %dial.host, %error, "host socket refused");
                HostAnswer::Refused
            }
        };
        if let Some(shared) = shared.upgrade() {
            shared.host_answered(dial.device, dial.server, answer, dial.syn);
        }
    });
}

/// Copies both ways until both have finished, or one failed.
pub(super) fn relay(mut stream: ServerStream, mut host: TcpStream) {
    tokio::spawn(async move {
        if tokio::io::copy_bidirectional(&mut stream, &mut host).await.is_err() {
            stream.abort();
        }
    });
}
