//! The device's network: link, addresses, names, time, and sockets within the budget.

mod dhcp;
mod dns;
mod error;
mod helper;
mod sntp;
mod state;
mod tcp;
mod udp;
mod wifi;

pub use error::NetError;
pub use helper::{NetworkHelper, NetworkKind};
pub use sntp::Sntp;
pub use state::Address;
pub(crate) use state::NetState;
pub use tcp::{TcpListener, TcpStream};
pub use udp::UdpSocket;
