//! UNSUBSCRIBE: a client ends subscriptions.

use std::fmt;

use super::{Place, Properties, filter};
use crate::mqtt::reader::Reader;
use crate::mqtt::writer::Writer;
use crate::mqtt::{DecodeError, EncodeError, PacketId, PacketType, Sender};

/// A client ends subscriptions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unsubscribe {
    /// Packet identifier; UNSUBACK repeats it.
    pub id: PacketId,
    /// User properties.
    pub properties: Properties,
    /// Topic filters, compared with those of the subscriptions letter by letter; at least one (MQTT-3.10.3-2).
    pub filters: Vec<String>,
}

impl Unsubscribe {
    pub(super) fn decode(mut reader: Reader<'_>, from: Sender) -> Result<Self, DecodeError> {
        let id = reader.packet_id()?;
        let properties = Properties::decode(&mut reader, Place::Unsubscribe, from)?;
        let filters =
            reader.list("topic filters", "MQTT-3.10.3-2", |reader| filter::read(reader, "MQTT-3.10.3-1"))?;
        Ok(Self { id, properties, filters })
    }

    pub(super) fn encode(&self, out: &mut Vec<u8>) -> Result<(), EncodeError> {
        let mut writer = Writer::default();
        writer.u16(self.id.get());
        self.properties.encode(&mut writer)?;
        for filter in &self.filters {
            writer.text(filter, "topic filter")?;
        }
        writer.finish(PacketType::Unsubscribe.first_byte(), out)
    }
}

impl fmt::Display for Unsubscribe {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.filters.join(" "), self.properties)
    }
}
