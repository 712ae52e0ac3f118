//! DNS messages (RFC 1035): header, questions, records, names with compression, and the length prefix of TCP.
//!
//! Only the types that a device needs are taken apart (A and CNAME); all others keep their octets.
//! Knows nothing of caches, retries and zones.

mod compression;
mod message;
mod name;
mod record;
mod stream;

#[cfg(test)]
mod tests;

pub use message::{Message, Opcode, Question, Rcode};
pub use name::{Name, NameError};
pub use record::{CLASS_IN, Record, RecordData, RecordType};
pub use stream::{from_tcp, to_tcp};

/// Largest message over UDP for a peer that has not offered more (RFC 1035 4.2.1).
pub const UDP_LIMIT: usize = 512;
