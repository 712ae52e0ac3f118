//! A DNS server (RFC 1035) that is right, slow, silent or lied for.

mod server;
mod tcp;
#[cfg(test)]
mod tests;
mod zone;

pub use nanorig_wire::lan::dns::{Name, NameError};
pub use server::{Answer, DnsServer};
