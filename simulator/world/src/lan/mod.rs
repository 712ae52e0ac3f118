//! Services of the local network and time servers.

pub mod dhcp;
pub mod dns;
pub mod ntp;
