//! Finds the first handshake message in the first octets of a TCP stream.

#[cfg(test)]
mod tests;

use bytes::Bytes;

use super::client_hello::CLIENT_HELLO;
use crate::octets::{DecodeError, Octets, Problem};

/// Record header: type, version, length (RFC 8446 5.1).
const HEADER: usize = 5;
/// Longest plaintext of a record (RFC 8446 5.1).
const LONGEST_RECORD: usize = 1 << 14;
/// Content type of handshake messages.
const HANDSHAKE: u8 = 22;

/// Reassembles the first handshake message of a client from raw stream octets, over records and over segments.
///
/// It looks and does not take: whoever serves the connection gets the same octets. A stream that does not start
/// with a ClientHello is an error as soon as that can be known.
///
/// ```
/// use nanorig_wire::tls::RecordReader;
/// let mut reader = RecordReader::new(16 * 1024);
/// assert_eq!(reader.push(&[22, 3, 1, 0, 3, 1, 0])?, None);
/// assert!(reader.push(b"!").is_ok_and(|message| message.is_none()), "the length of the message is not known yet");
/// let error = RecordReader::new(16 * 1024).push(b"GET / HTTP/1.1").expect_err("not TLS");
/// assert_eq!(error.field, "ContentType");
/// # Ok::<(), nanorig_wire::tls::DecodeError>(())
/// ```
#[derive(Debug)]
pub struct RecordReader {
    limit: usize,
    /// Octets of the record header that is being read.
    header: Vec<u8>,
    /// Octets of the record that are still to come.
    record_left: usize,
    message: Vec<u8>,
    /// Stream octets seen before the current push.
    seen: usize,
    done: bool,
}

impl RecordReader {
    /// A reader that refuses a message of more than `limit` octets, its header included.
    #[must_use]
    pub fn new(limit: usize) -> Self {
        Self { limit, header: Vec::new(), record_left: 0, message: Vec::new(), seen: 0, done: false }
    }

    /// Adds the next octets of the stream. Gives the whole message, without record headers, once; then nothing.
    ///
    /// # Errors
    /// A record header or the message's header is not that of a ClientHello, or a length is beyond its limit.
    pub fn push(&mut self, octets: &[u8]) -> Result<Option<Bytes>, DecodeError> {
        let mut rest = octets;
        while !self.done && !rest.is_empty() {
            if self.record_left == 0 {
                self.header.push(rest[0]);
                rest = &rest[1..];
                let offset = self.seen + octets.len() - rest.len() - self.header.len();
                self.read_header(offset)?;
                continue;
            }
            let (part, after) = rest.split_at(self.record_left.min(rest.len()));
            self.record_left -= part.len();
            self.message.extend_from_slice(part);
            rest = after;
            if let Some(length) = self.message_length()?
                && self.message.len() >= length
            {
                // What follows in the record belongs to the next message.
                self.message.truncate(length);
                self.done = true;
                return Ok(Some(Bytes::from(std::mem::take(&mut self.message))));
            }
        }
        self.seen += octets.len();
        Ok(None)
    }

    /// Checks the record header as far as it has come, so that another protocol is refused at its first octet.
    fn read_header(&mut self, start: usize) -> Result<(), DecodeError> {
        let clause = "RFC 8446 5.1";
        let error =
            |at: usize, field, problem| Err(DecodeError { clause, offset: start + at, field, problem });
        match *self.header {
            [kind] if kind != HANDSHAKE => {
                error(0, "ContentType", Problem::Value { found: u64::from(kind), allowed: "22 (handshake)" })
            }
            [_, major] if major != 3 => {
                error(1, "legacy_record_version", Problem::Value { found: u64::from(major), allowed: "3.x" })
            }
            [_, _, _, high, low] => {
                let length = usize::from(high) << 8 | usize::from(low);
                // RFC 8446 5.1: no empty fragments of handshake messages.
                if length == 0 || length > LONGEST_RECORD {
                    return error(3, "length", Problem::Length { found: length, allowed: "1 to 16384" });
                }
                debug_assert_eq!(self.header.len(), HEADER, "the pattern has five octets");
                self.header.clear();
                self.record_left = length;
                Ok(())
            }
            _ => Ok(()),
        }
    }

    /// The message's length with its header, once that is known.
    fn message_length(&self) -> Result<Option<usize>, DecodeError> {
        let mut octets = Octets::new(&self.message, "RFC 8446 4");
        let kind = octets.u8("msg_type")?;
        if kind != CLIENT_HELLO {
            let problem = Problem::Value { found: u64::from(kind), allowed: "1 (client_hello)" };
            return Err(octets.error_at(0, "msg_type", problem));
        }
        let Ok(length) = octets.u24("length") else { return Ok(None) };
        if length + 4 > self.limit {
            let problem = Problem::Length { found: length + 4, allowed: "the reader's limit" };
            return Err(octets.error_at(1, "length", problem));
        }
        Ok(Some(length + 4))
    }
}
