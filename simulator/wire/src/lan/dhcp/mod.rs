//! DHCP messages for IPv4 (RFC 2131 2, options by RFC 2132).
//!
//! Tolerates what servers really send: option overload, options split over several fields (RFC 3396),
//! unknown options. Knows nothing of leases and timers.

mod message;
mod options;

#[cfg(test)]
mod tests;

pub use message::{Kind, Message, Op};
pub use options::Options;

/// The port that servers listen on.
pub const SERVER_PORT: u16 = 67;
/// The port that clients listen on.
pub const CLIENT_PORT: u16 = 68;
