//! What can be read of a TLS connection without taking part in it: record headers and the ClientHello.

mod client_hello;
mod extension;
mod record_reader;

pub use client_hello::ClientHello;
pub use extension::ExtensionType;
pub use record_reader::RecordReader;

pub use crate::octets::{DecodeError, Problem};
