//! Writes the fields of one packet.

use super::EncodeError;
use super::fixed_header;

/// Collects the variable header and payload of one packet.
#[derive(Default)]
pub(super) struct Writer {
    body: Vec<u8>,
}

impl Writer {
    pub(super) fn u8(&mut self, value: u8) {
        self.body.push(value);
    }

    pub(super) fn u16(&mut self, value: u16) {
        self.body.extend_from_slice(&value.to_be_bytes());
    }

    pub(super) fn bytes(&mut self, bytes: &[u8]) {
        self.body.extend_from_slice(bytes);
    }

    /// Bytes behind a two-byte length.
    pub(super) fn binary(&mut self, bytes: &[u8], field: &'static str) -> Result<(), EncodeError> {
        let length = u16::try_from(bytes.len())
            .map_err(|_| EncodeError::FieldTooLong { field, bytes: bytes.len() })?;
        self.u16(length);
        self.bytes(bytes);
        Ok(())
    }

    pub(super) fn text(&mut self, text: &str, field: &'static str) -> Result<(), EncodeError> {
        self.binary(text.as_bytes(), field)
    }

    /// Bytes so far: the remaining length.
    pub(super) fn length(&self) -> usize {
        self.body.len()
    }

    /// Puts the fixed header in front and appends the packet to `out`.
    pub(super) fn finish(self, first_byte: u8, out: &mut Vec<u8>) -> Result<(), EncodeError> {
        fixed_header::encode(first_byte, self.body.len(), out)?;
        out.extend_from_slice(&self.body);
        Ok(())
    }
}
