//! The data types of properties (2.2.2.2).

use std::fmt;

use bytes::Bytes;

use crate::mqtt::reader::Reader;
use crate::mqtt::writer::Writer;
use crate::mqtt::{DecodeError, EncodeError, Fault};

/// A value that a property may have. `clause` is for one that is cut short or that its type does not allow.
pub(super) trait Field: Sized {
    fn read(reader: &mut Reader<'_>, name: &'static str, clause: &'static str) -> Result<Self, DecodeError>;
    fn write(&self, writer: &mut Writer, name: &'static str) -> Result<(), EncodeError>;
    /// Bytes of the value itself.
    fn bytes(&self) -> usize {
        size_of::<Self>()
    }
}

/// Authentication data: often a secret, so `Debug` shows its length alone.
#[derive(Clone, PartialEq, Eq)]
pub struct AuthenticationData(pub Bytes);

impl fmt::Debug for AuthenticationData {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<{} bytes>", self.0.len())
    }
}

/// A subscription identifier: a variable byte integer, 1 to 268435455 (3.8.2.1.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SubscriptionId(pub u32);

/// A byte that says no or yes; another one is a protocol error.
impl Field for bool {
    fn read(reader: &mut Reader<'_>, name: &'static str, clause: &'static str) -> Result<Self, DecodeError> {
        let offset = reader.offset();
        match reader.u8(name, clause)? {
            byte @ (0 | 1) => Ok(byte == 1),
            byte => {
                let fault = Fault::PropertyValue { found: byte.into(), allowed: "0 or 1" };
                Err(DecodeError { clause, offset, field: name, fault })
            }
        }
    }

    fn write(&self, writer: &mut Writer, _name: &'static str) -> Result<(), EncodeError> {
        writer.u8(u8::from(*self));
        Ok(())
    }
}

impl Field for u16 {
    fn read(reader: &mut Reader<'_>, name: &'static str, clause: &'static str) -> Result<Self, DecodeError> {
        reader.u16(name, clause)
    }

    fn write(&self, writer: &mut Writer, _name: &'static str) -> Result<(), EncodeError> {
        writer.u16(*self);
        Ok(())
    }
}

impl Field for u32 {
    fn read(reader: &mut Reader<'_>, name: &'static str, clause: &'static str) -> Result<Self, DecodeError> {
        reader.u32(name, clause)
    }

    fn write(&self, writer: &mut Writer, _name: &'static str) -> Result<(), EncodeError> {
        writer.u32(*self);
        Ok(())
    }
}

impl Field for SubscriptionId {
    fn read(reader: &mut Reader<'_>, name: &'static str, clause: &'static str) -> Result<Self, DecodeError> {
        let value = reader.varint(name, clause)?;
        Ok(Self(u32::try_from(value).expect("four times seven bits fit")))
    }

    fn write(&self, writer: &mut Writer, name: &'static str) -> Result<(), EncodeError> {
        writer.varint(usize::try_from(self.0).unwrap_or(usize::MAX), name)
    }
}

impl Field for String {
    fn read(reader: &mut Reader<'_>, name: &'static str, clause: &'static str) -> Result<Self, DecodeError> {
        reader.text(name, clause).map(str::to_owned)
    }

    fn write(&self, writer: &mut Writer, name: &'static str) -> Result<(), EncodeError> {
        writer.text(self, name)
    }

    fn bytes(&self) -> usize {
        self.len()
    }
}

/// A name and a value (1.5.7).
impl Field for (String, String) {
    fn read(reader: &mut Reader<'_>, name: &'static str, clause: &'static str) -> Result<Self, DecodeError> {
        Ok((String::read(reader, name, clause)?, String::read(reader, name, clause)?))
    }

    fn write(&self, writer: &mut Writer, name: &'static str) -> Result<(), EncodeError> {
        writer.text(&self.0, name)?;
        writer.text(&self.1, name)
    }

    fn bytes(&self) -> usize {
        self.0.len() + self.1.len()
    }
}

impl Field for Bytes {
    fn read(reader: &mut Reader<'_>, name: &'static str, clause: &'static str) -> Result<Self, DecodeError> {
        reader.binary(name, clause).map(Self::copy_from_slice)
    }

    fn write(&self, writer: &mut Writer, name: &'static str) -> Result<(), EncodeError> {
        writer.binary(self, name)
    }

    fn bytes(&self) -> usize {
        self.len()
    }
}

impl Field for AuthenticationData {
    fn read(reader: &mut Reader<'_>, name: &'static str, clause: &'static str) -> Result<Self, DecodeError> {
        Bytes::read(reader, name, clause).map(Self)
    }

    fn write(&self, writer: &mut Writer, name: &'static str) -> Result<(), EncodeError> {
        self.0.write(writer, name)
    }

    fn bytes(&self) -> usize {
        self.0.len()
    }
}
