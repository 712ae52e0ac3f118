//! Messages over TCP: two octets of length before each (RFC 1035 4.2.2).

use bytes::Bytes;

/// `message` with its length before it.
///
/// # Panics
/// The message has more than 65535 octets.
#[must_use]
pub fn to_tcp(message: &[u8]) -> Vec<u8> {
    let length = u16::try_from(message.len()).expect("a message over TCP has at most 65535 octets");
    [&length.to_be_bytes(), message].concat()
}

/// The first whole message of a stream and the number of octets that it takes with its length;
/// none while octets are missing.
#[must_use]
pub fn from_tcp(stream: &[u8]) -> Option<(Bytes, usize)> {
    let (length, rest) = stream.split_first_chunk::<2>()?;
    let length = usize::from(u16::from_be_bytes(*length));
    rest.get(..length).map(|message| (Bytes::copy_from_slice(message), length + 2))
}
