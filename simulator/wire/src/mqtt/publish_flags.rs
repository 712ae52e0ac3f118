//! The flags of PUBLISH and the packet identifier that goes with them, which are alike in 3.1.1 and 5.0.

use std::fmt;

use super::reader::Reader;
use super::writer::Writer;
use super::{DecodeError, EncodeError, Fault, PacketId, PacketType, QoS};

const DUP: u8 = 0b1000;
const QOS_SHIFT: u8 = 1;
const RETAIN: u8 = 0b0001;

/// What the lower four bits of the first byte say.
#[derive(Clone, Copy)]
pub(crate) struct PublishFlags {
    pub(crate) dup: bool,
    pub(crate) qos: QoS,
    pub(crate) retain: bool,
}

impl PublishFlags {
    /// Both versions have given these rules the same numbers.
    pub(crate) fn decode(flags: u8) -> Result<Self, DecodeError> {
        let error = |clause, fault| DecodeError { clause, offset: 0, field: "flags", fault };
        let dup = flags & DUP != 0;
        let Some(qos) = QoS::from_bits(flags >> QOS_SHIFT & 0b11) else {
            return Err(error("MQTT-3.3.1-4", Fault::QoS3));
        };
        if dup && qos == QoS::AtMostOnce {
            return Err(error("MQTT-3.3.1-2", Fault::DupAtQoS0));
        }
        Ok(Self { dup, qos, retain: flags & RETAIN != 0 })
    }

    /// The first byte of the packet.
    pub(crate) const fn first_byte(self) -> u8 {
        let dup = if self.dup { DUP } else { 0 };
        let retain = if self.retain { RETAIN } else { 0 };
        (PacketType::Publish as u8) << 4 | dup | self.qos.bits() << QOS_SHIFT | retain
    }

    /// Reads the packet identifier, which QoS 1 and 2 have.
    pub(crate) fn read_id(self, reader: &mut Reader<'_>) -> Result<Option<PacketId>, DecodeError> {
        match self.qos {
            QoS::AtMostOnce => Ok(None),
            QoS::AtLeastOnce | QoS::ExactlyOnce => reader.packet_id().map(Some),
        }
    }

    /// Writes the packet identifier, which QoS 1 and 2 have.
    pub(crate) fn write_id(self, id: Option<PacketId>, writer: &mut Writer) -> Result<(), EncodeError> {
        match (self.qos, id) {
            (QoS::AtMostOnce, None) => Ok(()),
            (QoS::AtMostOnce, Some(_)) => Err(EncodeError::PacketIdAtQoS0),
            (_, Some(id)) => {
                writer.u16(id.get());
                Ok(())
            }
            (_, None) => Err(EncodeError::PacketIdMissing),
        }
    }
}

impl fmt::Display for PublishFlags {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "qos={}", self.qos)?;
        if self.dup {
            f.write_str(" dup")?;
        }
        if self.retain {
            f.write_str(" retain")?;
        }
        Ok(())
    }
}
