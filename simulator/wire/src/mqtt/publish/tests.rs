use super::*;
use crate::mqtt::{Fault, MAX_REMAINING_LENGTH, Packet, Sender, TopicFault};

fn decode(bytes: &[u8]) -> Result<Publish, DecodeError> {
    Packet::decode(bytes, Sender::Client).map(|packet| match packet {
        Packet::Publish(publish) => publish,
        other => panic!("{other:?}"),
    })
}

fn publish(qos: QoS, id: Option<u16>) -> Publish {
    Publish {
        dup: false,
        qos,
        retain: false,
        topic: "a/b".to_owned(),
        id: id.and_then(PacketId::new),
        payload: Bytes::from_static(b"hi"),
    }
}

#[test]
fn figure_3_11_at_each_qos() {
    let cases: [(&[u8], Publish); 4] = [
        (b"\x30\x07\x00\x03a/bhi", publish(QoS::AtMostOnce, None)),
        (b"\x32\x09\x00\x03a/b\x00\x0ahi", publish(QoS::AtLeastOnce, Some(10))),
        (b"\x34\x09\x00\x03a/b\x00\x0ahi", publish(QoS::ExactlyOnce, Some(10))),
        (
            b"\x3b\x09\x00\x03a/b\xff\xffhi",
            Publish { dup: true, retain: true, ..publish(QoS::AtLeastOnce, Some(65535)) },
        ),
    ];
    for (bytes, publish) in cases {
        assert_eq!(decode(bytes), Ok(publish.clone()));
        assert_eq!(Packet::Publish(publish).to_bytes().unwrap(), bytes);
    }
}

#[test]
fn an_empty_payload_is_valid() {
    assert_eq!(decode(b"\x30\x05\x00\x03a/b").unwrap().payload, Bytes::new());
}

#[test]
fn qos_3_and_dup_at_qos_0_are_rejected() {
    let error = decode(b"\x36\x09\x00\x03a/b\x00\x0ahi").unwrap_err();
    assert_eq!(error.to_string(), "flags at byte 0: qos 3 does not exist [MQTT-3.3.1-4]");
    let error = decode(b"\x38\x07\x00\x03a/bhi").unwrap_err();
    assert_eq!(error.to_string(), "flags at byte 0: dup is set on a qos 0 message [MQTT-3.3.1-2]");
}

#[test]
fn packet_identifiers_go_with_the_qos() {
    let error = decode(b"\x32\x07\x00\x03a/b\x00\x00").unwrap_err();
    assert_eq!((error.clause, error.offset), ("MQTT-2.3.1-1", 7));
    let error = decode(b"\x32\x06\x00\x03a/b\x00").unwrap_err();
    assert_eq!(error.fault, Fault::Truncated { needed: 2, available: 1 });
    let encode = |publish| Packet::Publish(publish).to_bytes().unwrap_err();
    assert_eq!(encode(publish(QoS::AtLeastOnce, None)), EncodeError::PacketIdMissing);
    assert_eq!(encode(publish(QoS::AtMostOnce, Some(1))), EncodeError::PacketIdAtQoS0);
}

#[test]
fn wildcards_null_and_empty_topics_are_rejected() {
    // nanoFramework writes a space in a property as "+", which no topic name may have.
    let error = decode(b"\x30\x06\x00\x04a+b!").unwrap_err();
    assert_eq!(error.to_string(), "topic name at byte 2: wildcard '+' in a topic name [MQTT-3.3.2-2]");
    assert_eq!(decode(b"\x30\x05\x00\x03a/#").unwrap_err().clause, "MQTT-3.3.2-2");
    assert_eq!(decode(b"\x30\x05\x00\x03a/\x00").unwrap_err().clause, "MQTT-1.5.3-2");
    let error = decode(b"\x30\x02\x00\x00").unwrap_err();
    assert_eq!((error.clause, error.fault), ("MQTT-4.7.3-1", Fault::Topic(TopicFault::Empty)));
}

#[test]
fn a_topic_length_beyond_the_packet_is_rejected() {
    let error = decode(b"\x30\x08\xff\xffa/bxyz").unwrap_err();
    assert_eq!(error.to_string(), "topic name at byte 2: needs 65535 bytes but 6 are left [MQTT-3.3.2-1]");
}

#[test]
fn the_largest_packet_is_the_last_that_has_a_layout() {
    // 2 bytes of topic length and 3 of topic stand in front of the payload.
    let too_large = Bytes::from(vec![0; MAX_REMAINING_LENGTH - 5 + 1]);
    let mut packet = Publish { payload: too_large, ..publish(QoS::AtMostOnce, None) };
    let error = Packet::Publish(packet.clone()).to_bytes().unwrap_err();
    assert_eq!(error, EncodeError::PacketTooLarge { bytes: 268_435_456 });
    packet.payload.truncate(MAX_REMAINING_LENGTH - 5);
    let bytes = Packet::Publish(packet).to_bytes().unwrap();
    assert_eq!(&bytes[..5], [0x30, 0xff, 0xff, 0xff, 0x7f]);
}

#[test]
fn one_line_for_people() {
    let packet = Packet::Publish(Publish { dup: true, ..publish(QoS::AtLeastOnce, Some(7)) });
    assert_eq!(packet.to_string(), "PUBLISH id=7 qos=1 dup a/b (2 bytes)");
}
