//! The link between a device and its gateway, and the work-arounds for the stacks at its ends.

mod arp;
mod frame;
mod handle;

mod mss;
mod path;
mod ratchet;
mod schedule;
mod settings;

pub(crate) use arp::ArpKeeper;
pub use frame::{FrameInfo, TcpFlags, TcpSegment};
pub(crate) use frame::{Payload, UdpDatagram, classify, seal_tcp, udp_frame};
pub use handle::LinkHandle;
pub(crate) use path::{Ends, Link};
pub(crate) use ratchet::{Ratchet, Verdict};
pub(crate) use schedule::{Inbox, Schedule};
pub use settings::{LinkSettings, PathSettings};
