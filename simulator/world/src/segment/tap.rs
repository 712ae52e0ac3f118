//! Raw Ethernet at the device, beside its stack.

use std::fmt;
use std::sync::Arc;

use tokio::sync::mpsc;

use super::driver::Shared;
use crate::link::Payload;

/// Which arriving frames a tap copies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FrameFilter {
    /// All of them.
    All,
    /// Those with this EtherType.
    EtherType(u16),
    /// UDP datagrams to this port, whatever their address.
    UdpPort(u16),
}

impl FrameFilter {
    pub(super) fn wants(self, frame: &[u8], payload: &Payload<'_>) -> bool {
        match self {
            Self::All => true,
            Self::EtherType(kind) => frame.get(12..14) == Some(&kind.to_be_bytes()),
            Self::UdpPort(port) => {
                matches!(payload, Payload::Udp(datagram) if datagram.destination.port() == port)
            }
        }
    }
}

/// Copies of the frames that reach the device, and a way to send any.
pub struct FrameTap {
    pub(super) shared: Arc<Shared>,
    pub(super) frames: mpsc::UnboundedReceiver<Vec<u8>>,
}

impl FrameTap {
    /// The next frame; none after a power loss.
    pub async fn recv(&mut self) -> Option<Vec<u8>> {
        self.frames.recv().await
    }

    /// Sends a frame, without its check sequence. It is lost where the link is down.
    pub fn send(&self, frame: Vec<u8>) {
        self.shared.lock().device.stack.nic.outbox.push(frame);
        self.shared.wake();
    }
}

impl fmt::Debug for FrameTap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FrameTap").finish_non_exhaustive()
    }
}
