//! The record layer as the device's buffers see it.
//!
//! rustls takes records of any legal size. A device has a buffer, so the headers (5 bytes, in clear
//! in every version) are watched on their way in and a record that does not fit ends the
//! connection. What is inside is not looked at, but for the version in the ServerHello.

mod server_hello;

use super::TlsError;
use super::memory::Version;
use crate::profile::Tls;
use server_hello::ServerHello;

const HEADER: usize = 5;
/// RFC 8446 5.1; 24 is the heartbeat of RFC 6520.
const CONTENT_TYPES: std::ops::RangeInclusive<u8> = 20..=24;
const MAJOR_VERSION: u8 = 3;
const CHANGE_CIPHER_SPEC: u8 = 20;
const HANDSHAKE: u8 = 22;
const APPLICATION_DATA: u8 = 23;

/// Explicit nonce and tag of AES-GCM in TLS 1.2 (RFC 5288 3).
const PROTECTION_12: usize = 24;
/// Content type and tag in TLS 1.3 (RFC 8446 5.2).
const PROTECTION_13: usize = 17;

/// Watches the headers of inbound records.
#[derive(Debug)]
pub(super) struct Records {
    header: [u8; HEADER],
    /// Bytes of the next header that are here.
    have: usize,
    /// Bytes of the record that are still to come.
    left: usize,
    /// Records that have begun.
    begun: u64,
    /// Content of the longest record.
    longest: usize,
    hello: ServerHello,
    /// ChangeCipherSpec was seen: in TLS 1.2 everything after it is protected.
    protected: bool,
    limits: Limits,
}

#[derive(Clone, Copy, Debug)]
struct Limits {
    input: usize,
    after_handshake_12: usize,
}

/// The bytes before `good` are whole records or the beginning of one that fits.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct TooLarge {
    pub(super) good: usize,
    pub(super) error: TlsError,
}

impl Records {
    pub(super) fn new(figures: &Tls) -> Self {
        let after_handshake_12 = figures.record_limit_12.unwrap_or(figures.input).min(figures.input);
        Self {
            header: [0; HEADER],
            have: 0,
            left: 0,
            begun: 0,
            longest: 0,
            hello: ServerHello::new(),
            protected: false,
            limits: Limits { input: figures.input, after_handshake_12 },
        }
    }

    /// The version that the server chose, when its ServerHello has passed.
    pub(super) fn version(&self) -> Option<Version> {
        self.hello.version()
    }

    /// The number of the record that has begun and is not whole yet.
    pub(super) fn unfinished(&self) -> Option<u64> {
        (self.have > 0 || self.left > 0).then_some(self.begun)
    }

    /// Bytes in the longest record so far.
    pub(super) fn longest(&self) -> usize {
        self.longest
    }

    /// Takes the next bytes of the stream.
    pub(super) fn feed(&mut self, bytes: &[u8]) -> Result<(), TooLarge> {
        let mut at = 0;
        // Where the header that is being read began, 0 when that was in earlier bytes.
        let mut began = 0;
        while at < bytes.len() {
            if self.left > 0 {
                let taken = self.left.min(bytes.len() - at);
                if self.header[0] == HANDSHAKE && !self.protected {
                    self.hello.feed(&bytes[at..at + taken]);
                }
                self.left -= taken;
                at += taken;
                continue;
            }
            if self.have == 0 {
                began = at;
                self.begun += 1;
            }
            self.header[self.have] = bytes[at];
            self.have += 1;
            at += 1;
            if self.have == HEADER {
                self.have = 0;
                self.left = usize::from(u16::from_be_bytes([self.header[3], self.header[4]]));
                let content = self.check().map_err(|error| TooLarge { good: began, error })?;
                self.longest = self.longest.max(content);
                self.protected |= self.header[0] == CHANGE_CIPHER_SPEC;
            }
        }
        Ok(())
    }

    /// Bytes in the record whose header was just read, which must fit.
    fn check(&self) -> Result<usize, TlsError> {
        if !CONTENT_TYPES.contains(&self.header[0]) || self.header[1] != MAJOR_VERSION {
            // No record at all. That is for rustls to say.
            return Ok(0);
        }
        let (protection, limit) = match (self.header[0], self.version()) {
            // In TLS 1.2 application data comes after the handshake only.
            (APPLICATION_DATA, Some(Version::Tls12)) => (PROTECTION_12, self.limits.after_handshake_12),
            (APPLICATION_DATA, _) => (PROTECTION_13, self.limits.input),
            (_, Some(Version::Tls12)) if self.protected => (PROTECTION_12, self.limits.input),
            _ => (0, self.limits.input),
        };
        let bytes = self.left.saturating_sub(protection);
        if bytes > limit {
            return Err(TlsError::RecordTooLarge { what: "record", bytes, limit });
        }
        Ok(bytes)
    }
}

#[cfg(test)]
mod tests;
