//! Resource records (RFC 1035 3.2 and 4.1.3).

use std::net::Ipv4Addr;
use std::time::Duration;

use bytes::Bytes;

use super::compression::{NameWriter, read_name};
use super::name::Name;
use crate::octets::{DecodeError, Octets, Problem};

/// The class of the Internet (RFC 1035 3.2.4).
pub const CLASS_IN: u16 = 1;

/// The type of a record or of a question.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RecordType(pub u16);

impl RecordType {
    /// An IPv4 address.
    pub const A: Self = Self(1);
    /// A name server.
    pub const NS: Self = Self(2);
    /// The canonical name for an alias.
    pub const CNAME: Self = Self(5);
    /// The start of a zone of authority.
    pub const SOA: Self = Self(6);
    /// Text.
    pub const TXT: Self = Self(16);
    /// An IPv6 address (RFC 3596).
    pub const AAAA: Self = Self(28);
    /// EDNS options (RFC 6891).
    pub const OPT: Self = Self(41);
    /// Any type, in questions.
    pub const ANY: Self = Self(255);
}

/// A resource record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// Whose record.
    pub name: Name,
    /// Its class, [`CLASS_IN`] but for pseudo-records such as OPT.
    pub class: u16,
    /// Its time to live as on the wire. Use [`ttl`](Self::ttl) for the meaning.
    pub ttl_s: u32,
    /// Its type and data.
    pub data: RecordData,
}

/// Type and data of a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RecordData {
    /// An IPv4 address.
    A(Ipv4Addr),
    /// The canonical name for the record's name.
    Cname(Name),
    /// Any other type, or any type of another class.
    Other {
        /// The type.
        kind: RecordType,
        /// The data, at most 65535 octets. Names in it may be compressed, so it means something only in its
        /// message.
        bytes: Bytes,
    },
}

impl Record {
    /// An address record of the Internet class.
    #[must_use]
    pub fn a(name: Name, ttl_s: u32, address: Ipv4Addr) -> Self {
        Self { name, class: CLASS_IN, ttl_s, data: RecordData::A(address) }
    }

    /// An alias record of the Internet class.
    #[must_use]
    pub fn cname(name: Name, ttl_s: u32, target: Name) -> Self {
        Self { name, class: CLASS_IN, ttl_s, data: RecordData::Cname(target) }
    }

    /// Its type.
    #[must_use]
    pub fn kind(&self) -> RecordType {
        match &self.data {
            RecordData::A(_) => RecordType::A,
            RecordData::Cname(_) => RecordType::CNAME,
            RecordData::Other { kind, .. } => *kind,
        }
    }

    /// How long the record may be kept. A value with the highest bit set means zero (RFC 2181 8).
    #[must_use]
    pub fn ttl(&self) -> Duration {
        Duration::from_secs(i32::try_from(self.ttl_s).map_or(0, |_| u64::from(self.ttl_s)))
    }

    pub(super) fn write(&self, names: &mut NameWriter, out: &mut Vec<u8>) {
        names.write(&self.name, out);
        out.extend(self.kind().0.to_be_bytes());
        out.extend(self.class.to_be_bytes());
        out.extend(self.ttl_s.to_be_bytes());
        let length_at = out.len();
        out.extend([0, 0]);
        match &self.data {
            RecordData::A(address) => out.extend(address.octets()),
            RecordData::Cname(target) => names.write(target, out),
            RecordData::Other { bytes, .. } => out.extend_from_slice(bytes),
        }
        let length = u16::try_from(out.len() - length_at - 2).expect("record data has at most 65535 octets");
        out[length_at..length_at + 2].copy_from_slice(&length.to_be_bytes());
    }

    pub(super) fn read(message: &[u8], octets: &mut Octets<'_>) -> Result<Self, DecodeError> {
        let name = read_name(message, octets)?;
        let kind = RecordType(octets.u16("TYPE")?);
        let class = octets.u16("CLASS")?;
        let ttl_s = octets.u32("TTL")?;
        let length = octets.u16("RDLENGTH")?;
        let mut data = octets.slice(usize::from(length), "RDATA")?;
        let data = match (class, kind) {
            (CLASS_IN, RecordType::A) => {
                let mut data = data.under("RFC 1035 3.4.1");
                if length != 4 {
                    let problem = Problem::Length { found: usize::from(length), allowed: "4" };
                    return Err(data.error("RDATA", problem));
                }
                RecordData::A(data.ipv4("ADDRESS")?)
            }
            (CLASS_IN, RecordType::CNAME) => {
                let mut data = data.under("RFC 1035 3.3.1");
                let target = read_name(message, &mut data)?;
                data.finish("CNAME")?;
                RecordData::Cname(target)
            }
            _ => RecordData::Other {
                kind,
                bytes: Bytes::copy_from_slice(data.take(usize::from(length), "RDATA")?),
            },
        };
        Ok(Self { name, class, ttl_s, data })
    }
}
