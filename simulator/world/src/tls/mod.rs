//! TLS without chance: what rustls needs so that the same seed gives the same bytes.
//!
//! ring keeps ciphers, hashes and verification. It draws its own randomness for key
//! exchange and signing, so key exchange is replaced here ([`provider()`]) and signing in
//! `nanorig-certs`. Nothing here opens a connection.

mod key_log;
mod names;
mod p256;
mod provider;
mod remembered;
mod tickets;
mod time;
mod x25519;

pub use key_log::KeyLogger;
pub use names::{suite_name, version_name};
pub use provider::provider;
pub use tickets::Tickets;
pub use time::Time;

#[cfg(test)]
mod tests;
