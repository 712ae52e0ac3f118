//! The device's TLS client, inside the device's budgets.
//!
//! rustls does the protocol; this module adds what makes it a constrained device: heap
//! reservations of the size that Mbed TLS takes, record buffers that a record may not fit,
//! a number of contexts, roots that are chosen by hand, and a verifier whose checks
//! [`crate::habits::TlsHabits`] can switch off. It knows no socket: [`TlsStack::connect`] works over
//! any byte stream, [`SslStream::connect`] adds the device's TCP.

mod certificate;
mod config;
mod error;
mod guard;
mod link;
mod memory;
mod options;
mod record;
mod roots;
mod stack;
mod stream;
mod verify;

pub use error::{CertificateFault, TlsError};
pub use options::{TlsOptions, TlsVersions};
pub use roots::{RootError, RootStore};
pub use stack::{TlsParts, TlsStack, Trust};
pub use stream::SslStream;

#[cfg(test)]
mod tests;
