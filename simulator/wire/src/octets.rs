//! A cursor over received octets for formats whose fields stand at fixed or counted
//! places: DNS, DHCP, SNTP and the TLS handshake.
//!
//! Every read is checked, and a failure says which clause asks for the field, where it
//! stands and what was wrong. Knows no format by itself.

use std::fmt;
use std::net::Ipv4Addr;

/// Why octets are not what their format says. `Display` is one lowercase fragment with the clause.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{field} at octet {offset} {problem} ({clause})")]
pub struct DecodeError {
    /// The clause that is violated, such as `RFC 1035 4.1.4`.
    pub clause: &'static str,
    /// Where the field starts, counted from 0 at the first octet that was given to the decoder.
    pub offset: usize,
    /// The field, in the standard's words.
    pub field: &'static str,
    /// What is wrong with it.
    pub problem: Problem,
}

/// What is wrong with a field.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Problem {
    /// The octets end too early.
    Truncated {
        /// Octets that the field needs.
        wanted: usize,
        /// Octets that are left.
        left: usize,
    },
    /// Octets are left over where the format ends.
    Trailing {
        /// How many.
        left: usize,
    },
    /// A number that the clause does not allow.
    Value {
        /// The number.
        found: u64,
        /// What the clause allows.
        allowed: &'static str,
    },
    /// A length that the clause does not allow.
    Length {
        /// The length in octets.
        found: usize,
        /// What the clause allows.
        allowed: &'static str,
    },
    /// A compression pointer that does not point to an earlier place, or one of too many.
    Pointer {
        /// Where it points.
        target: usize,
    },
    /// Text with an octet that its alphabet does not have.
    Text {
        /// The octet.
        octet: u8,
    },
    /// Something that may occur once occurs again.
    Repeated {
        /// Its code.
        code: u16,
    },
    /// Something that must be there is not.
    Missing,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Truncated { wanted, left } => write!(f, "needs {wanted} octets where {left} are left"),
            Self::Trailing { left } => write!(f, "is followed by {left} octets that belong to nothing"),
            Self::Value { found, allowed } => write!(f, "is {found} where {allowed} is allowed"),
            Self::Length { found, allowed } => write!(f, "has {found} octets where {allowed} is allowed"),
            Self::Pointer { target } => write!(f, "points to octet {target}, which is not an earlier name"),
            Self::Text { octet } => write!(f, "has the octet {octet:#04x}, which its alphabet lacks"),
            Self::Repeated { code } => write!(f, "repeats code {code}"),
            Self::Missing => f.write_str("is missing"),
        }
    }
}

/// A checked reader. Cheap to copy, so that a decoder can look ahead.
#[derive(Clone, Copy)]
pub(crate) struct Octets<'a> {
    bytes: &'a [u8],
    position: usize,
    /// Offset of `bytes[0]` in what the decoder was given.
    base: usize,
    clause: &'static str,
}

impl<'a> Octets<'a> {
    pub(crate) fn new(bytes: &'a [u8], clause: &'static str) -> Self {
        Self { bytes, position: 0, base: 0, clause }
    }

    /// The same place under another clause.
    pub(crate) fn under(self, clause: &'static str) -> Self {
        Self { clause, ..self }
    }

    /// Offset of the next octet.
    pub(crate) fn offset(&self) -> usize {
        self.base + self.position
    }

    pub(crate) fn left(&self) -> usize {
        self.bytes.len() - self.position
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.left() == 0
    }

    /// An error about `field` at the next octet.
    pub(crate) fn error(&self, field: &'static str, problem: Problem) -> DecodeError {
        self.error_at(self.offset(), field, problem)
    }

    pub(crate) fn error_at(&self, offset: usize, field: &'static str, problem: Problem) -> DecodeError {
        DecodeError { clause: self.clause, offset, field, problem }
    }

    pub(crate) fn take(&mut self, wanted: usize, field: &'static str) -> Result<&'a [u8], DecodeError> {
        let left = self.left();
        let end = self.position + wanted.min(left);
        if wanted > left {
            return Err(self.error(field, Problem::Truncated { wanted, left }));
        }
        let taken = &self.bytes[self.position..end];
        self.position = end;
        Ok(taken)
    }

    pub(crate) fn array<const N: usize>(&mut self, field: &'static str) -> Result<[u8; N], DecodeError> {
        let taken = self.take(N, field)?;
        Ok(taken.try_into().expect("take returns as many octets as asked for"))
    }

    pub(crate) fn u8(&mut self, field: &'static str) -> Result<u8, DecodeError> {
        self.array::<1>(field).map(|[octet]| octet)
    }

    pub(crate) fn u16(&mut self, field: &'static str) -> Result<u16, DecodeError> {
        self.array(field).map(u16::from_be_bytes)
    }

    pub(crate) fn u24(&mut self, field: &'static str) -> Result<usize, DecodeError> {
        let [a, b, c] = self.array(field)?;
        Ok(usize::from(a) << 16 | usize::from(b) << 8 | usize::from(c))
    }

    pub(crate) fn u32(&mut self, field: &'static str) -> Result<u32, DecodeError> {
        self.array(field).map(u32::from_be_bytes)
    }

    pub(crate) fn u64(&mut self, field: &'static str) -> Result<u64, DecodeError> {
        self.array(field).map(u64::from_be_bytes)
    }

    pub(crate) fn ipv4(&mut self, field: &'static str) -> Result<Ipv4Addr, DecodeError> {
        self.array::<4>(field).map(Ipv4Addr::from)
    }

    /// A reader of the next `length` octets alone.
    pub(crate) fn slice(&mut self, length: usize, field: &'static str) -> Result<Self, DecodeError> {
        let base = self.offset();
        let bytes = self.take(length, field)?;
        Ok(Self { bytes, position: 0, base, clause: self.clause })
    }

    /// Refuses octets that are left over.
    pub(crate) fn finish(&self, field: &'static str) -> Result<(), DecodeError> {
        match self.left() {
            0 => Ok(()),
            left => Err(self.error(field, Problem::Trailing { left })),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_name_clause_place_and_field() {
        let mut octets = Octets::new(&[1, 2, 3], "RFC 1 2.3");
        assert_eq!(octets.u16("id"), Ok(0x0102));
        let error = octets.u16("flags").expect_err("one octet is left");
        assert_eq!(error.to_string(), "flags at octet 2 needs 2 octets where 1 are left (RFC 1 2.3)");
        assert_eq!(octets.u8("flags"), Ok(3));
        assert!(octets.finish("message").is_ok());
    }

    #[test]
    fn a_slice_counts_offsets_from_the_whole() {
        let mut octets = Octets::new(&[0, 1, 2, 3, 4], "x");
        octets.take(2, "head").expect("five are there");
        let mut inner = octets.slice(2, "body").expect("three are there");
        inner.u8("first").expect("two are there");
        assert_eq!(inner.offset(), 3);
        assert_eq!(inner.finish("body").expect_err("one is left").problem, Problem::Trailing { left: 1 });
        assert_eq!(octets.u8("tail"), Ok(4));
    }
}
