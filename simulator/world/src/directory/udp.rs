//! Datagram services.

use std::net::SocketAddrV4;
use std::time::Duration;

use nanorig_trace::event::Service;
use nanorig_trace::{Time, Utc};

/// A datagram that reached its service.
#[derive(Clone, Copy, Debug)]
pub struct Datagram<'a> {
    /// When, since the run began.
    pub now: Time,
    /// True calendar time.
    pub utc: Utc,
    /// The device's address and port; `0.0.0.0` while it has no address.
    pub device: SocketAddrV4,
    /// Address and port that it was sent to, which may be a broadcast address.
    pub server: SocketAddrV4,
    /// What it carries.
    pub payload: &'a [u8],
}

/// An answer to a datagram.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    /// Time from the request's arrival until the answer leaves.
    pub after: Duration,
    /// What it carries.
    pub payload: Vec<u8>,
    /// Source address when it is not the address that was asked: a spoofed answer.
    pub source: Option<SocketAddrV4>,
    /// Destination when it is not the sender of the request.
    pub destination: Option<SocketAddrV4>,
}

impl Reply {
    /// An answer to the sender, at once.
    #[must_use]
    pub const fn new(payload: Vec<u8>) -> Self {
        Self { after: Duration::ZERO, payload, source: None, destination: None }
    }

    /// The same answer, later.
    #[must_use]
    pub const fn after(mut self, after: Duration) -> Self {
        self.after = after;
        self
    }
}

/// Answers datagrams. It must not block and must not call the segment it is called from.
pub trait UdpService: Send {
    /// Answers to one datagram: none, or several in the order of their sending.
    fn handle(&mut self, datagram: &Datagram<'_>) -> Vec<Reply>;

    /// Under which name its datagrams are recorded.
    fn service(&self) -> Service {
        Service::Udp
    }
}
