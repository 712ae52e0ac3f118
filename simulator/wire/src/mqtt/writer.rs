//! Writes the fields of one packet.

use super::EncodeError;
use super::{fixed_header, varint};

/// Collects the variable header and payload of one packet.
#[derive(Default)]
pub(crate) struct Writer {
    body: Vec<u8>,
}

impl Writer {
    pub(crate) fn u8(&mut self, value: u8) {
        self.body.push(value);
    }

    pub(crate) fn u16(&mut self, value: u16) {
        self.body.extend_from_slice(&value.to_be_bytes());
    }

    pub(crate) fn u32(&mut self, value: u32) {
        self.body.extend_from_slice(&value.to_be_bytes());
    }

    /// A variable byte integer in its shortest form.
    pub(crate) fn varint(&mut self, value: usize, field: &'static str) -> Result<(), EncodeError> {
        if value > varint::MAX {
            return Err(EncodeError::FieldTooLong { field, bytes: value });
        }
        varint::encode(value, &mut self.body);
        Ok(())
    }

    /// What another writer collected, behind its length.
    pub(crate) fn counted(&mut self, part: &Self, field: &'static str) -> Result<(), EncodeError> {
        self.varint(part.length(), field)?;
        self.bytes(&part.body);
        Ok(())
    }

    pub(crate) fn bytes(&mut self, bytes: &[u8]) {
        self.body.extend_from_slice(bytes);
    }

    /// Bytes behind a two-byte length.
    pub(crate) fn binary(&mut self, bytes: &[u8], field: &'static str) -> Result<(), EncodeError> {
        let length = u16::try_from(bytes.len())
            .map_err(|_| EncodeError::FieldTooLong { field, bytes: bytes.len() })?;
        self.u16(length);
        self.bytes(bytes);
        Ok(())
    }

    pub(crate) fn text(&mut self, text: &str, field: &'static str) -> Result<(), EncodeError> {
        self.binary(text.as_bytes(), field)
    }

    /// Bytes so far: the remaining length.
    pub(crate) fn length(&self) -> usize {
        self.body.len()
    }

    /// Puts the fixed header in front and appends the packet to `out`.
    pub(crate) fn finish(self, first_byte: u8, out: &mut Vec<u8>) -> Result<(), EncodeError> {
        fixed_header::encode(first_byte, self.body.len(), out)?;
        out.extend_from_slice(&self.body);
        Ok(())
    }
}
