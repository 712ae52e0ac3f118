//! Everything around a device that can vary: clock, chance, link, LAN services, gateway, capture.
//!
//! [`World`] is what one run shares. Each device has a [`Segment`]: its TCP/IP stack, the
//! gateway's, and the link between them, moved by one task. The gateway leads to the services
//! of the [`Directory`]. Nothing here knows TLS, MQTT or any cloud: bytes pass through; [`tls`] holds
//! what the parties' TLS libraries need to be free of chance.
//!
//! Start reading at `segment/driver.rs`.

mod alarm;
pub mod capture;
mod clock;
pub mod directory;
pub mod fault;
pub mod lan;
pub mod link;
mod random;
pub mod segment;
pub mod tls;
mod world;

pub use alarm::Alarm;
pub use capture::Capture;
pub use clock::Clock;
pub use directory::{Directory, Incoming, Listener, UdpService};
pub use fault::Fault;
pub use link::{LinkSettings, PathSettings};
pub use random::{Random, Stream};
pub use segment::{
    DevicePort, Ipv4Config, Mac, Segment, SegmentConfig, ServerStream, TcpListener, TcpOptions, TcpSocket,
    UdpSocket,
};
pub use world::World;
