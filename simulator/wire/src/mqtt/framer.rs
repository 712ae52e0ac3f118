//! Cuts a byte stream into whole packets.

use bytes::{Bytes, BytesMut};

use super::{DecodeError, Fault, fixed_header};

/// Cuts a byte stream into whole packets, whatever the pieces it arrives in.
///
/// Holds only bytes that have arrived: a claimed length reserves nothing. It looks at the remaining
/// length and nothing else, so that a packet which is wrong inside is still handed out as evidence.
///
/// ```
/// use nanorig_wire::mqtt::Framer;
///
/// let mut framer = Framer::new(1024);
/// framer.push(&[0xc0, 0x00, 0x40, 0x02, 0x00]);
/// assert_eq!(framer.next_frame()?.as_deref(), Some(&[0xc0, 0x00][..]));
/// assert_eq!(framer.next_frame()?, None);
/// framer.push(&[0x0a]);
/// assert_eq!(framer.next_frame()?.as_deref(), Some(&[0x40, 0x02, 0x00, 0x0a][..]));
/// # Ok::<(), nanorig_wire::mqtt::DecodeError>(())
/// ```
#[derive(Debug)]
pub struct Framer {
    max_packet_bytes: usize,
    buffer: BytesMut,
    /// A stream that lost its frame borders never finds them again.
    failed: Option<DecodeError>,
}

impl Framer {
    /// Takes packets of up to `max_packet_bytes`, fixed header included.
    #[must_use]
    pub fn new(max_packet_bytes: usize) -> Self {
        Self { max_packet_bytes, buffer: BytesMut::new(), failed: None }
    }

    /// Appends bytes as they arrived; ignored after an error.
    pub fn push(&mut self, bytes: &[u8]) {
        if self.failed.is_none() {
            self.buffer.extend_from_slice(bytes);
        }
    }

    /// The next whole packet, or `None` until more bytes arrive.
    ///
    /// # Errors
    /// When the remaining length has a fifth byte, or the packet would exceed the limit. The error
    /// stays: every later call returns it again.
    pub fn next_frame(&mut self) -> Result<Option<Bytes>, DecodeError> {
        match &self.failed {
            Some(error) => Err(error.clone()),
            None => self.cut().inspect_err(|error| self.failed = Some(error.clone())),
        }
    }

    /// Bytes that belong to no whole packet yet.
    #[must_use]
    pub fn pending(&self) -> &[u8] {
        &self.buffer
    }

    fn cut(&mut self) -> Result<Option<Bytes>, DecodeError> {
        let Some(header) = fixed_header::decode(&self.buffer)? else { return Ok(None) };
        let bytes = header.header_bytes + header.remaining_length;
        if bytes > self.max_packet_bytes {
            let fault = Fault::TooLarge { bytes, limit: self.max_packet_bytes };
            return Err(DecodeError { clause: "MQTT-2.2.3", offset: 1, field: "remaining length", fault });
        }
        if self.buffer.len() < bytes {
            return Ok(None);
        }
        Ok(Some(self.buffer.split_to(bytes).freeze()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_packet_in_single_bytes_comes_out_once_and_whole() {
        let packet = b"\x30\x05\x00\x03a/b";
        let mut framer = Framer::new(64);
        for byte in &packet[..6] {
            framer.push(&[*byte]);
            assert_eq!(framer.next_frame(), Ok(None));
        }
        framer.push(&packet[6..]);
        assert_eq!(framer.next_frame().unwrap().unwrap(), packet.as_slice());
        assert_eq!(framer.next_frame(), Ok(None));
        assert!(framer.pending().is_empty());
    }

    #[test]
    fn twenty_packets_in_one_piece() {
        let mut framer = Framer::new(64);
        framer.push(&[0xc0, 0x00].repeat(20));
        let cut = std::iter::from_fn(|| framer.next_frame().unwrap()).count();
        assert_eq!(cut, 20);
    }

    #[test]
    fn the_limit_counts_the_whole_packet() {
        let packet = b"\x30\x05\x00\x03a/b";
        let mut framer = Framer::new(7);
        framer.push(packet);
        assert!(framer.next_frame().unwrap().is_some());
        let mut framer = Framer::new(6);
        framer.push(&packet[..2]);
        let error = framer.next_frame().unwrap_err();
        assert_eq!(
            error.to_string(),
            "remaining length at byte 1: packet of 7 bytes exceeds the limit of 6 [MQTT-2.2.3]"
        );
    }

    #[test]
    fn a_claim_of_256_mebibytes_reserves_nothing() {
        let mut framer = Framer::new(usize::MAX);
        framer.push(&[0x30, 0xff, 0xff, 0xff, 0x7f]);
        assert_eq!(framer.next_frame(), Ok(None));
        assert!(framer.buffer.capacity() < 4096, "{}", framer.buffer.capacity());
    }

    #[test]
    fn an_error_stays() {
        let mut framer = Framer::new(64);
        framer.push(&[0xff, 0xff, 0xff, 0xff, 0xff, 0x01]);
        let error = framer.next_frame().unwrap_err();
        assert_eq!(error.clause, "MQTT-2.2.3");
        framer.push(&[0xc0, 0x00]);
        assert_eq!(framer.next_frame(), Err(error));
        assert_eq!(framer.pending().len(), 6, "bytes after the error are not kept");
    }
}
