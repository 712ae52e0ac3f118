//! SUBSCRIBE: a client asks for subscriptions.

use std::fmt;

use super::reader::Reader;
use super::writer::Writer;
use super::{DecodeError, EncodeError, Fault, PacketId, PacketType, QoS, check_topic_filter};

/// A client asks for subscriptions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subscribe {
    /// Packet identifier; SUBACK repeats it.
    pub id: PacketId,
    /// Topic filters with the highest QoS wanted for each; at least one (MQTT-3.8.3-3).
    pub filters: Vec<(String, QoS)>,
}

impl Subscribe {
    pub(super) fn decode(mut reader: Reader<'_>) -> Result<Self, DecodeError> {
        let id = reader.packet_id()?;
        let filters = reader.list("topic filters", "MQTT-3.8.3-3", |reader| {
            let filter = topic_filter(reader, "MQTT-3.8.3-1")?;
            let offset = reader.offset();
            // The hyphen after the 3 is how the standard spells this statement.
            let bad_qos =
                |fault| DecodeError { clause: "MQTT-3-8.3-4", offset, field: "requested qos", fault };
            let byte = reader.u8("requested qos", "MQTT-3.8.3-3")?;
            if byte & 0b1111_1100 != 0 {
                return Err(bad_qos(Fault::ReservedBits { found: byte }));
            }
            let qos = QoS::from_bits(byte).ok_or_else(|| bad_qos(Fault::QoS3))?;
            Ok((filter, qos))
        })?;
        Ok(Self { id, filters })
    }

    pub(super) fn encode(&self, out: &mut Vec<u8>) -> Result<(), EncodeError> {
        let mut writer = Writer::default();
        writer.u16(self.id.get());
        for (filter, qos) in &self.filters {
            writer.text(filter, "topic filter")?;
            writer.u8(qos.bits());
        }
        writer.finish(PacketType::Subscribe.first_byte(), out)
    }
}

/// Reads a topic filter of SUBSCRIBE or UNSUBSCRIBE and holds it against section 4.7.
pub(super) fn topic_filter(reader: &mut Reader<'_>, clause: &'static str) -> Result<String, DecodeError> {
    let offset = reader.offset();
    let filter = reader.text("topic filter", clause)?;
    match check_topic_filter(filter) {
        Ok(()) => Ok(filter.to_owned()),
        Err(fault) => {
            Err(DecodeError { clause: fault.clause(), offset, field: "topic filter", fault: fault.into() })
        }
    }
}

impl fmt::Display for Subscribe {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, (filter, qos)) in self.filters.iter().enumerate() {
            let space = if index == 0 { "" } else { " " };
            write!(f, "{space}{filter} (qos {qos})")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mqtt::{Packet, Sender, TopicFault};

    fn decode(bytes: &[u8]) -> Result<Packet, DecodeError> {
        Packet::decode(bytes, Sender::Client)
    }

    #[test]
    fn figure_3_23() {
        // "a/b" with QoS 1 and "c/d" with QoS 2, packet identifier 10.
        let bytes = b"\x82\x0e\x00\x0a\x00\x03a/b\x01\x00\x03c/d\x02";
        let packet = Packet::Subscribe(Subscribe {
            id: PacketId::new(10).unwrap(),
            filters: vec![("a/b".to_owned(), QoS::AtLeastOnce), ("c/d".to_owned(), QoS::ExactlyOnce)],
        });
        assert_eq!(decode(bytes), Ok(packet.clone()));
        assert_eq!(packet.to_bytes().unwrap(), bytes.as_slice());
        assert_eq!(packet.to_string(), "SUBSCRIBE id=10 a/b (qos 1) c/d (qos 2)");
    }

    #[test]
    fn qos_2_is_taken_and_3_rejected() {
        assert!(decode(b"\x82\x06\x00\x0a\x00\x01a\x02").is_ok());
        let error = decode(b"\x82\x06\x00\x0a\x00\x01a\x03").unwrap_err();
        assert_eq!(error.to_string(), "requested qos at byte 7: qos 3 does not exist [MQTT-3-8.3-4]");
        let error = decode(b"\x82\x06\x00\x0a\x00\x01a\x04").unwrap_err();
        assert_eq!(error.fault, Fault::ReservedBits { found: 4 });
    }

    #[test]
    fn an_empty_list_and_a_missing_qos_are_rejected() {
        let error = decode(b"\x82\x02\x00\x0a").unwrap_err();
        assert_eq!(error.to_string(), "topic filters at byte 4: the list is empty [MQTT-3.8.3-3]");
        let error = decode(b"\x82\x05\x00\x0a\x00\x01a").unwrap_err();
        assert_eq!((error.clause, error.field), ("MQTT-3.8.3-3", "requested qos"));
    }

    #[test]
    fn flags_must_be_0010() {
        assert_eq!(decode(b"\x80\x06\x00\x0a\x00\x01a\x01").unwrap_err().clause, "MQTT-3.8.1-1");
    }

    #[test]
    fn filters_are_held_against_section_4_7() {
        let error = decode(b"\x82\x09\x00\x0a\x00\x04a/b#\x01").unwrap_err();
        assert_eq!((error.clause, error.offset), ("MQTT-4.7.1-2", 4));
        assert_eq!(error.fault, Fault::Topic(TopicFault::MultiLevelWildcard));
        assert_eq!(decode(b"\x82\x07\x00\x0a\x00\x02a+\x01").unwrap_err().clause, "MQTT-4.7.1-3");
        assert_eq!(decode(b"\x82\x05\x00\x0a\x00\x00\x01").unwrap_err().clause, "MQTT-4.7.3-1");
    }

    #[test]
    fn the_three_filters_of_nanoframework_in_one_packet() {
        let filters = ["devices/dev1/messages/devicebound/#", "$iothub/twin/#", "$iothub/methods/POST/#"];
        let mut bytes = vec![0x82, 2 + 3 * 3 + 35 + 14 + 22, 0x00, 0x01];
        for filter in filters {
            bytes.extend([0, u8::try_from(filter.len()).unwrap()]);
            bytes.extend(filter.as_bytes());
            bytes.push(1);
        }
        let Ok(Packet::Subscribe(subscribe)) = decode(&bytes) else { panic!("{:?}", decode(&bytes)) };
        assert_eq!(subscribe.filters, filters.map(|filter| (filter.to_owned(), QoS::AtLeastOnce)));
    }
}
