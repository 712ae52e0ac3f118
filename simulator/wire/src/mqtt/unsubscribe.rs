//! UNSUBSCRIBE: a client ends subscriptions.

use std::fmt;

use super::reader::Reader;
use super::subscribe::topic_filter;
use super::writer::Writer;
use super::{DecodeError, EncodeError, PacketId, PacketType};

/// A client ends subscriptions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unsubscribe {
    /// Packet identifier; UNSUBACK repeats it.
    pub id: PacketId,
    /// Topic filters, compared with those of the subscriptions letter by letter; at least one
    /// (MQTT-3.10.3-2).
    pub filters: Vec<String>,
}

impl Unsubscribe {
    pub(super) fn decode(mut reader: Reader<'_>) -> Result<Self, DecodeError> {
        let id = reader.packet_id()?;
        let filters =
            reader.list("topic filters", "MQTT-3.10.3-2", |reader| topic_filter(reader, "MQTT-3.10.3-1"))?;
        Ok(Self { id, filters })
    }

    pub(super) fn encode(&self, out: &mut Vec<u8>) -> Result<(), EncodeError> {
        let mut writer = Writer::default();
        writer.u16(self.id.get());
        for filter in &self.filters {
            writer.text(filter, "topic filter")?;
        }
        writer.finish(PacketType::Unsubscribe.first_byte(), out)
    }
}

impl fmt::Display for Unsubscribe {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.filters.join(" "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mqtt::{Packet, Sender};

    #[test]
    fn figure_3_30() {
        let bytes = b"\xa2\x0c\x00\x0a\x00\x03a/b\x00\x03c/d";
        let packet = Packet::Unsubscribe(Unsubscribe {
            id: PacketId::new(10).unwrap(),
            filters: vec!["a/b".to_owned(), "c/d".to_owned()],
        });
        assert_eq!(Packet::decode(bytes, Sender::Client), Ok(packet.clone()));
        assert_eq!(packet.to_bytes().unwrap(), bytes.as_slice());
        assert_eq!(packet.to_string(), "UNSUBSCRIBE id=10 a/b c/d");
    }

    #[test]
    fn flags_list_and_lengths_are_checked() {
        let clause = |bytes: &[u8]| Packet::decode(bytes, Sender::Client).unwrap_err().clause;
        assert_eq!(clause(b"\xa0\x05\x00\x0a\x00\x01a"), "MQTT-3.10.1-1");
        assert_eq!(clause(b"\xa2\x02\x00\x0a"), "MQTT-3.10.3-2");
        assert_eq!(clause(b"\xa2\x05\x00\x0a\x00\x02a"), "MQTT-3.10.3-1");
        assert_eq!(clause(b"\xa2\x05\x00\x00\x00\x01a"), "MQTT-2.3.1-1");
    }
}
