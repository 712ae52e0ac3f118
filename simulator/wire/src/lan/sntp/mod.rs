//! NTP packets as SNTP uses them (RFC 5905 7.3, RFC 4330 4), with the eras of their timestamps.
//!
//! Decodes whatever a server may send, sane or not: whether a reply is to be believed is for its reader.

mod packet;
mod timestamp;

#[cfg(test)]
mod tests;

pub use packet::{KissCode, Leap, Mode, Packet};
pub use timestamp::Timestamp;
