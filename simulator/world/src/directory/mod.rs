//! The simulated internet: which addresses exist and who answers there.

mod listener;
mod registry;
mod udp;

pub use listener::{Incoming, Listener};
pub(crate) use registry::Destination;
pub use registry::{Directory, Unanswered};
pub use udp::{Datagram, Reply, UdpService};
