//! Leads a device's connection to a socket of the host. Only where time is real.
//!
//! The host is connected first, while the device's SYN waits; then the SYN is let in and
//! answered, or refused as the host refused; where the host is silent, so are we. So the device
//! sees what it would see without us.

use std::io;
use std::sync::{Arc, Weak};
use std::time::Duration;

use tokio::net::TcpStream;

use super::driver::Shared;
use super::effects::HostDial;
use super::tcp::ServerStream;

/// How long the host may take. Operating systems wait for two minutes, which is more than any device does.
const LIMIT: Duration = Duration::from_secs(30);

/// What became of connecting to the host.
#[derive(Debug)]
pub(super) enum HostAnswer {
    Waiting,
    Connected(TcpStream),
    Refused,
    /// It cannot be reached, or says nothing.
    Silent,
}

/// Connects in a task of its own and then lets the SYN in again.
pub(super) fn dial(shared: &Arc<Shared>, dial: HostDial) {
    let shared: Weak<Shared> = Arc::downgrade(shared);
    tokio::spawn(async move {
        let answer = answer(TcpStream::connect(dial.host)).await;
        tracing::debug!(host = %dial.host, ?answer, "host socket");
        if let Some(shared) = shared.upgrade() {
            shared.host_answered(dial.device, dial.server, answer, dial.syn);
        }
    });
}

async fn answer(connecting: impl Future<Output = io::Result<TcpStream>>) -> HostAnswer {
    match tokio::time::timeout(LIMIT, connecting).await {
        Ok(Ok(stream)) => {
            let _ = stream.set_nodelay(true); // Only speed is lost where it cannot be set.
            HostAnswer::Connected(stream)
        }
        Ok(Err(error)) if error.kind() == io::ErrorKind::ConnectionRefused => HostAnswer::Refused,
        Ok(Err(_)) | Err(_) => HostAnswer::Silent,
    }
}

/// Copies both ways until both have finished, or one failed.
pub(super) fn relay(mut stream: ServerStream, mut host: TcpStream) {
    tokio::spawn(async move {
        if tokio::io::copy_bidirectional(&mut stream, &mut host).await.is_err() {
            stream.abort();
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn only_a_refusal_is_a_refusal() {
        let failing = |kind: io::ErrorKind| answer(std::future::ready(Err(kind.into())));
        assert!(matches!(failing(io::ErrorKind::ConnectionRefused).await, HostAnswer::Refused));
        assert!(matches!(failing(io::ErrorKind::NetworkUnreachable).await, HostAnswer::Silent));
        let began = tokio::time::Instant::now();
        assert!(matches!(answer(std::future::pending()).await, HostAnswer::Silent));
        assert_eq!(began.elapsed(), LIMIT);
    }
}
