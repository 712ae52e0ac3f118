//! Reads the fields of one packet; every failure knows its field and its place.

use super::{DecodeError, Fault, PacketId, Sender};

/// A cursor over one packet, fixed header included so that offsets are those of the packet.
pub(super) struct Reader<'a> {
    packet: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    /// Starts at `at`, behind the fixed header.
    pub(super) fn new(packet: &'a [u8], at: usize) -> Self {
        Self { packet, at }
    }

    /// Bytes from the start of the packet.
    pub(super) fn offset(&self) -> usize {
        self.at
    }

    pub(super) fn is_empty(&self) -> bool {
        self.at >= self.packet.len()
    }

    pub(super) fn take(
        &mut self,
        count: usize,
        field: &'static str,
        clause: &'static str,
    ) -> Result<&'a [u8], DecodeError> {
        let rest = self.packet.get(self.at..).unwrap_or_default();
        let Some(taken) = rest.get(..count) else {
            let fault = Fault::Truncated { needed: count, available: rest.len() };
            return Err(DecodeError { clause, offset: self.at, field, fault });
        };
        self.at += count;
        Ok(taken)
    }

    /// All that is left.
    pub(super) fn rest(&mut self) -> &'a [u8] {
        let rest = self.packet.get(self.at..).unwrap_or_default();
        self.at = self.packet.len();
        rest
    }

    pub(super) fn u8(&mut self, field: &'static str, clause: &'static str) -> Result<u8, DecodeError> {
        Ok(self.take(1, field, clause)?[0])
    }

    pub(super) fn u16(&mut self, field: &'static str, clause: &'static str) -> Result<u16, DecodeError> {
        let bytes = self.take(2, field, clause)?;
        Ok(u16::from_be_bytes([bytes[0], bytes[1]]))
    }

    /// Bytes behind a two-byte length.
    pub(super) fn binary(
        &mut self,
        field: &'static str,
        clause: &'static str,
    ) -> Result<&'a [u8], DecodeError> {
        let start = self.at;
        let length = usize::from(self.u16(field, clause)?);
        self.take(length, field, clause).map_err(|error| DecodeError { offset: start, ..error })
    }

    /// UTF-8 text behind a two-byte length. `clause` is for a field that is cut short; text that
    /// is no text breaks MQTT-1.5.3-1 or -2 wherever it stands.
    pub(super) fn text(&mut self, field: &'static str, clause: &'static str) -> Result<&'a str, DecodeError> {
        let offset = self.at;
        let bytes = self.binary(field, clause)?;
        let text = std::str::from_utf8(bytes).map_err(|error| {
            let valid = error.valid_up_to();
            let found = bytes.get(valid).copied().unwrap_or_default();
            DecodeError {
                clause: "MQTT-1.5.3-1",
                offset,
                field,
                fault: Fault::IllFormedUtf8 { valid, found },
            }
        })?;
        match text.find('\0') {
            Some(after) => Err(DecodeError {
                clause: "MQTT-1.5.3-2",
                offset,
                field,
                fault: Fault::NullCharacter { after },
            }),
            None => Ok(text),
        }
    }

    /// A packet identifier of a packet that must have one.
    pub(super) fn packet_id(&mut self) -> Result<PacketId, DecodeError> {
        let offset = self.at;
        let clause = "MQTT-2.3.1-1";
        let field = "packet identifier";
        let id = self.u16(field, clause)?;
        PacketId::new(id).ok_or(DecodeError { clause, offset, field, fault: Fault::PacketIdZero })
    }

    /// Ends the packet: nothing may be left.
    pub(super) fn finish(&self, clause: &'static str) -> Result<(), DecodeError> {
        match self.packet.len().saturating_sub(self.at) {
            0 => Ok(()),
            count => Err(DecodeError {
                clause,
                offset: self.at,
                field: "end of packet",
                fault: Fault::TrailingBytes { count },
            }),
        }
    }
}

impl std::fmt::Display for Sender {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Client => "client",
            Self::Server => "server",
        })
    }
}
