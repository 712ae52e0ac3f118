use super::*;
use crate::mqtt::QoS;
use crate::mqtt5::{AuthenticationData, Packet, Publish, SubscriptionId};

/// A PUBLISH at QoS 0 to `a` with these bytes as properties.
fn publish(properties: &[u8], from: Sender) -> Result<Packet, DecodeError> {
    let length = u8::try_from(properties.len()).unwrap();
    let mut frame = vec![0x30, 4 + length, 0, 1, b'a', length];
    frame.extend(properties);
    Packet::decode(&frame, from)
}

#[test]
fn table_2_4_has_27_properties_and_each_its_own_place() {
    let ids: Vec<usize> = (0..=255)
        .filter(|id| {
            Property::read(*id, &mut crate::mqtt::reader::Reader::new(&[], 0, &crate::mqtt::reader::V5), "x")
                .is_some()
        })
        .collect();
    assert_eq!(ids.len(), 27);
    assert_eq!(ids.iter().copied().max(), Some(0x2a));
    let user = Property::user("a", "b");
    assert!(Place::ALL.iter().all(|place| user.belongs_to(*place)));
    assert!(!Property::TopicAlias(1).belongs_to(Place::Will));
    assert!(Property::WillDelayInterval(1).belongs_to(Place::Will));
}

#[test]
fn literal_properties_of_a_publish() {
    let bytes = b"\x01\x01\x02\x00\x00\x00\x3c\x03\x00\x01t\x08\x00\x01r\x09\x00\x02\x01\xfa\x23\x00\x05\x26\x00\x01k\x00\x01v";
    let packet = publish(bytes, Sender::Client).unwrap();
    let properties = Properties(vec![
        Property::PayloadFormatIndicator(true),
        Property::MessageExpiryInterval(60),
        Property::ContentType("t".into()),
        Property::ResponseTopic("r".into()),
        Property::CorrelationData(Bytes::from_static(&[1, 0xfa])),
        Property::TopicAlias(5),
        Property::user("k", "v"),
    ]);
    assert_eq!(packet, Packet::Publish(Publish { properties, ..Publish::new("a", "") }));
    assert_eq!(&packet.to_bytes().unwrap()[6..], bytes);
    assert_eq!(
        packet.to_string(),
        "PUBLISH qos=0 a (0 bytes) [payload format indicator=1 message expiry interval=60 content type=\"t\" \
         response topic=\"r\" correlation data=<2 bytes> topic alias=5 \"k\"=\"v\"]"
    );
}

#[test]
fn each_rule_about_properties_names_its_clause() {
    let table: [(&[u8], Sender, &str, &str); 11] = [
        (&[0x00], Sender::Client, "MQTT-2.2.2.2", "property 0x00 does not exist"),
        (&[0x21, 0, 1], Sender::Client, "MQTT-2.2.2.2", "receive maximum does not belong here"),
        (&[0x23, 0, 1, 0x23, 0, 1], Sender::Client, "MQTT-3.3.2.3", "topic alias comes twice"),
        (&[0x23, 0, 0], Sender::Client, "MQTT-3.3.2-8", "value is 0 where 1 to 65535 is allowed"),
        (&[0x01, 2], Sender::Client, "MQTT-3.3.2.3", "value is 2 where 0 or 1 is allowed"),
        (&[0x0b, 1], Sender::Client, "MQTT-3.3.4-6", "subscription identifier is never sent by the client"),
        (&[0x0b, 0], Sender::Server, "MQTT-3.3.2.3", "value is 0 where 1 to 268435455 is allowed"),
        (&[0x0b, 0x81, 0x00], Sender::Server, "MQTT-1.5.5-1", "fewer bytes could say the same number"),
        (b"\x08\x00\x01#", Sender::Client, "MQTT-3.3.2-14", "wildcard '#' in a topic name"),
        (b"\x26\x00\x01k\x00\x02v", Sender::Client, "MQTT-3.3.2.3", "needs 2 bytes but 1 are left"),
        (
            b"\x03\x00\x01\xff",
            Sender::Client,
            "MQTT-1.5.4-1",
            "ill-formed utf-8 after 0 good bytes (found 0xff)",
        ),
    ];
    for (bytes, from, clause, text) in table {
        let error = publish(bytes, from).unwrap_err();
        assert_eq!((error.clause, error.fault.to_string().as_str()), (clause, text), "{bytes:02x?}");
    }
}

#[test]
fn what_may_repeat_repeats_in_order() {
    let properties = Properties(vec![
        Property::SubscriptionIdentifier(SubscriptionId(268_435_455)),
        Property::user("k", "1"),
        Property::SubscriptionIdentifier(SubscriptionId(1)),
        Property::user("k", "2"),
    ]);
    let packet = Packet::Publish(Publish {
        qos: QoS::AtMostOnce,
        properties: properties.clone(),
        ..Publish::new("a", "")
    });
    assert_eq!(Packet::decode(&packet.to_bytes().unwrap(), Sender::Server), Ok(packet));
    assert_eq!(properties.user("k"), Some("1"));
    assert_eq!(properties.users().count(), 2);
}

#[test]
fn a_property_length_that_lies_is_caught() {
    let error = Packet::decode(b"\x30\x05\x00\x01a\x02\x01", Sender::Client).unwrap_err();
    assert_eq!((error.clause, error.fault), ("MQTT-2.2.2.1", Fault::Truncated { needed: 2, available: 1 }));
    let error = Packet::decode(b"\x30\x03\x00\x01a", Sender::Client).unwrap_err();
    assert_eq!((error.clause, error.field), ("MQTT-2.2.2-1", "property length"));
}

#[test]
fn authentication_data_is_not_shown() {
    let data = AuthenticationData(Bytes::from_static(b"secret"));
    let properties = Properties(vec![Property::AuthenticationData(data)]);
    assert_eq!(format!("{properties:?}"), "Properties([AuthenticationData(<6 bytes>)])");
    assert_eq!(properties.to_string(), " [authentication data=<6 bytes>]");
}
