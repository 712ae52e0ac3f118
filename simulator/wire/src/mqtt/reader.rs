//! Reads the fields of one packet; every failure knows its field and its place.

use super::{DecodeError, Fault, PacketId, Sender, check_topic_name, varint};

/// The statements of one version about what many of its packets have.
pub(crate) struct Clauses {
    ill_formed_utf8: &'static str,
    null_character: &'static str,
    packet_id: &'static str,
}

/// MQTT 3.1.1.
pub(crate) static V3: Clauses =
    Clauses { ill_formed_utf8: "MQTT-1.5.3-1", null_character: "MQTT-1.5.3-2", packet_id: "MQTT-2.3.1-1" };

/// MQTT 5.0.
pub(crate) static V5: Clauses =
    Clauses { ill_formed_utf8: "MQTT-1.5.4-1", null_character: "MQTT-1.5.4-2", packet_id: "MQTT-2.2.1-3" };

/// A cursor over one packet, fixed header included so that offsets are those of the packet.
pub(crate) struct Reader<'a> {
    packet: &'a [u8],
    at: usize,
    clauses: &'static Clauses,
}

impl<'a> Reader<'a> {
    /// Starts at `at`, behind the fixed header.
    pub(crate) fn new(packet: &'a [u8], at: usize, clauses: &'static Clauses) -> Self {
        Self { packet, at, clauses }
    }

    /// Bytes from the start of the packet.
    pub(crate) fn offset(&self) -> usize {
        self.at
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.at >= self.packet.len()
    }

    pub(crate) fn take(
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
    pub(crate) fn rest(&mut self) -> &'a [u8] {
        let rest = self.packet.get(self.at..).unwrap_or_default();
        self.at = self.packet.len();
        rest
    }

    pub(crate) fn u8(&mut self, field: &'static str, clause: &'static str) -> Result<u8, DecodeError> {
        Ok(self.take(1, field, clause)?[0])
    }

    pub(crate) fn u16(&mut self, field: &'static str, clause: &'static str) -> Result<u16, DecodeError> {
        let bytes = self.take(2, field, clause)?;
        Ok(u16::from_be_bytes([bytes[0], bytes[1]]))
    }

    pub(crate) fn u32(&mut self, field: &'static str, clause: &'static str) -> Result<u32, DecodeError> {
        let bytes = self.take(4, field, clause)?;
        Ok(u32::from_be_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]))
    }

    /// A variable byte integer in its shortest form (MQTT 5.0, MQTT-1.5.5-1).
    pub(crate) fn varint(&mut self, field: &'static str, clause: &'static str) -> Result<usize, DecodeError> {
        let offset = self.at;
        let rest = self.packet.get(offset..).unwrap_or_default();
        let error = |clause, fault| DecodeError { clause, offset, field, fault };
        match varint::decode(rest) {
            Ok(Some(found)) if found.is_shortest() => {
                self.at += found.bytes;
                Ok(found.value)
            }
            Ok(Some(_)) => Err(error("MQTT-1.5.5-1", Fault::NotShortest)),
            Ok(None) => {
                let fault = Fault::Truncated { needed: rest.len() + 1, available: rest.len() };
                Err(error(clause, fault))
            }
            Err(found) => Err(error("MQTT-1.5.5", Fault::IntegerTooLong { found })),
        }
    }

    /// A reader of the next `length` bytes alone; this one goes on behind them.
    pub(crate) fn part(
        &mut self,
        length: usize,
        field: &'static str,
        clause: &'static str,
    ) -> Result<Self, DecodeError> {
        let at = self.at;
        self.take(length, field, clause)?;
        Ok(Self { packet: &self.packet[..at + length], at, clauses: self.clauses })
    }

    /// Bytes behind a two-byte length.
    pub(crate) fn binary(
        &mut self,
        field: &'static str,
        clause: &'static str,
    ) -> Result<&'a [u8], DecodeError> {
        let start = self.at;
        let length = usize::from(self.u16(field, clause)?);
        self.take(length, field, clause).map_err(|error| DecodeError { offset: start, ..error })
    }

    /// UTF-8 text behind a two-byte length. `clause` is for a field that is cut short; text that
    /// is no text breaks the version's own clauses wherever it stands.
    pub(crate) fn text(&mut self, field: &'static str, clause: &'static str) -> Result<&'a str, DecodeError> {
        let offset = self.at;
        let bytes = self.binary(field, clause)?;
        let text = std::str::from_utf8(bytes).map_err(|error| {
            let valid = error.valid_up_to();
            let found = bytes.get(valid).copied().unwrap_or_default();
            DecodeError {
                clause: self.clauses.ill_formed_utf8,
                offset,
                field,
                fault: Fault::IllFormedUtf8 { valid, found },
            }
        })?;
        match text.find('\0') {
            Some(after) => Err(DecodeError {
                clause: self.clauses.null_character,
                offset,
                field,
                fault: Fault::NullCharacter { after },
            }),
            None => Ok(text),
        }
    }

    /// A topic name behind its length. `clause` is for one that is cut short, `wildcard` for one with a wildcard in it.
    pub(crate) fn topic_name(
        &mut self,
        field: &'static str,
        clause: &'static str,
        wildcard: &'static str,
    ) -> Result<&'a str, DecodeError> {
        let offset = self.at;
        let topic = self.text(field, clause)?;
        match check_topic_name(topic) {
            Ok(()) => Ok(topic),
            Err(fault) => {
                let clause = if fault.is_wildcard() { wildcard } else { fault.clause() };
                Err(DecodeError { clause, offset, field, fault: fault.into() })
            }
        }
    }

    /// What is left, as a list of which the statement `clause` wants at least one element.
    pub(crate) fn list<T>(
        &mut self,
        field: &'static str,
        clause: &'static str,
        read: impl Fn(&mut Self) -> Result<T, DecodeError>,
    ) -> Result<Vec<T>, DecodeError> {
        let offset = self.at;
        let mut list = Vec::new();
        while !self.is_empty() {
            list.push(read(self)?);
        }
        if list.is_empty() {
            return Err(DecodeError { clause, offset, field, fault: Fault::EmptyList });
        }
        Ok(list)
    }

    /// A packet identifier of a packet that must have one.
    pub(crate) fn packet_id(&mut self) -> Result<PacketId, DecodeError> {
        let offset = self.at;
        let clause = self.clauses.packet_id;
        let field = "packet identifier";
        let id = self.u16(field, clause)?;
        PacketId::new(id).ok_or(DecodeError { clause, offset, field, fault: Fault::PacketIdZero })
    }

    /// Ends the packet: nothing may be left.
    pub(crate) fn finish(&self, clause: &'static str) -> Result<(), DecodeError> {
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
