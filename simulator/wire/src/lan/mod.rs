//! Datagrams of a local network's services: DNS, DHCP and SNTP.

pub mod dhcp;
pub mod dns;
pub mod sntp;

pub use crate::octets::{DecodeError, Problem};
