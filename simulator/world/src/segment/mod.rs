//! One device's stretch of network: its TCP/IP stack, the link, the gateway.
//!
//! `driver` moves everything; `device` and `gateway` look at what arrives at the two ends before
//! the stacks do; `slot` is the life of a TCP socket between the application and the stack.
//! What the network does is decided elsewhere: in `link`, `fault` and `directory`.

mod config;
mod connection;
mod device;
mod driver;
mod effects;
mod failure;
mod forward;
mod gateway;
mod handle;
mod port;
mod slot;
mod stack;
mod tcp;
mod udp;

#[cfg(test)]
mod tests;

pub use config::{Ipv4Config, Mac, NotAHostAddress, SegmentConfig, is_host_address};
pub(crate) use driver::Shared;
pub use handle::Segment;
pub use port::{BindError, ConnectError, DevicePort, TcpOptions};
pub use smoltcp::socket::tcp::State as TcpState;
pub use tcp::{ServerStream, TcpListener, TcpSocket};
pub use udp::{SendError, UdpSocket};
