use super::*;
use crate::mqtt::{QoS, TopicFault};
use crate::mqtt5::{
    AuthenticationData, Filter, Place, Properties, Property, ReasonCode, RetainHandling, Will, reason_code,
};

fn id(id: u16) -> PacketId {
    PacketId::new(id).unwrap()
}

/// The error of a frame, as clause and text.
fn broken(frame: &[u8], from: Sender) -> (&'static str, String) {
    let error = Packet::decode(frame, from).unwrap_err();
    (error.clause, error.fault.to_string())
}

fn both_ways(frame: &[u8], from: Sender, packet: &Packet) {
    assert_eq!(Packet::decode(frame, from).as_ref(), Ok(packet), "{frame:02x?}");
    assert_eq!(packet.to_bytes().unwrap(), frame, "{packet}");
}

#[test]
fn the_connect_of_the_standards_example_with_properties() {
    // Figure 3-6 of the standard (keep alive 10, session expiry 10) with will and credentials filled in.
    let frame = b"\x10\x2e\x00\x04MQTT\x05\xce\x00\x0a\x05\x11\x00\x00\x00\x0a\x00\x01c\
        \x05\x18\x00\x00\x00\x05\x00\x01w\x00\x02hi\x00\x04user\x00\x06secret";
    let packet = Packet::Connect(Connect {
        clean_start: true,
        keep_alive: 10,
        properties: Properties(vec![Property::SessionExpiryInterval(10)]),
        client_id: "c".into(),
        will: Some(Will {
            topic: "w".into(),
            payload: Bytes::from_static(b"hi"),
            qos: QoS::AtLeastOnce,
            retain: false,
            properties: Properties(vec![Property::WillDelayInterval(5)]),
        }),
        username: Some("user".into()),
        password: Some(Bytes::from_static(b"secret")),
    });
    both_ways(frame, Sender::Client, &packet);
    let shown = format!("{packet} {packet:?}");
    assert!(!shown.contains("secret"), "{shown}");
}

#[test]
fn a_password_may_come_without_a_user_name() {
    let packet = Packet::Connect(Connect { password: Some(Bytes::from_static(b"p")), ..Connect::new("c") });
    both_ways(b"\x10\x11\x00\x04MQTT\x05\x42\x00\x00\x00\x00\x01c\x00\x01p", Sender::Client, &packet);
}

#[test]
fn connect_rules() {
    let of = |flags: u8, rest: &[u8]| {
        let length = 11 + rest.len();
        let mut frame =
            vec![0x10, u8::try_from(length).unwrap(), 0, 4, b'M', b'Q', b'T', b'T', 5, flags, 0, 0, 0];
        frame.extend(rest);
        broken(&frame, Sender::Client)
    };
    assert_eq!(of(0x03, b"\0\x01c").0, "MQTT-3.1.2-3");
    assert_eq!(of(0x08, b"\0\x01c").0, "MQTT-3.1.2-11");
    assert_eq!(of(0x1c, b"\0\x01c").0, "MQTT-3.1.2-12");
    assert_eq!(of(0x20, b"\0\x01c").0, "MQTT-3.1.2-13");
    assert_eq!(of(0x04, b"\0\x01c").0, "MQTT-2.2.2-1");
    assert_eq!(of(0x04, b"\0\x01c\0\0\x01+\0\0").0, "MQTT-4.7.0-1");
    assert_eq!(of(0x80, b"\0\x01c").0, "MQTT-3.1.2-17");
    assert_eq!(of(0x40, b"\0\x01c").0, "MQTT-3.1.2-19");
    assert_eq!(of(0x00, b"\0\x01cx"), ("MQTT-3.1.2-16", "bytes left over: 1".into()));
    let level = Packet::decode(b"\x10\x0d\x00\x04MQTT\x06\x02\0\0\0\0\0", Sender::Client).unwrap_err();
    assert_eq!(level.clause, "MQTT-3.1.2-2");
    assert_eq!(reason_code(&level), ReasonCode::UnsupportedProtocolVersion);
    assert_eq!(broken(b"\x10\x06\x00\x04MQTX", Sender::Client).0, "MQTT-3.1.2-1");
}

#[test]
fn authentication_data_needs_its_method() {
    let connect = |properties| {
        let packet = Packet::Connect(Connect { properties, ..Connect::new("c") });
        Packet::decode(&packet.to_bytes().unwrap(), Sender::Client)
    };
    let data = Property::AuthenticationData(AuthenticationData(Bytes::from_static(b"x")));
    let error = connect(Properties(vec![data.clone()])).unwrap_err();
    assert_eq!((error.clause, reason_code(&error)), ("MQTT-3.1.2.11", ReasonCode::ProtocolError));
    assert!(connect(Properties(vec![data, Property::AuthenticationMethod("SAS".into())])).is_ok());
}

#[test]
fn connack_with_what_iot_hub_offers() {
    let frame =
        b"\x20\x16\x01\x00\x13\x21\x00\x10\x24\x01\x25\x00\x27\x00\x04\x00\x00\x22\x00\x0a\x29\x00\x2a\x00";
    let properties = Properties(vec![
        Property::ReceiveMaximum(16),
        Property::MaximumQoS(true),
        Property::RetainAvailable(false),
        Property::MaximumPacketSize(262_144),
        Property::TopicAliasMaximum(10),
        Property::SubscriptionIdentifierAvailable(false),
        Property::SharedSubscriptionAvailable(false),
    ]);
    let packet = Packet::ConnAck(ConnAck { session_present: true, reason: ReasonCode::Success, properties });
    both_ways(frame, Sender::Server, &packet);
    assert_eq!(broken(&[0x20, 3, 2, 0, 0], Sender::Server).0, "MQTT-3.2.2-1");
    assert_eq!(broken(&[0x20, 3, 1, 0x87, 0], Sender::Server).0, "MQTT-3.2.2-6");
    assert_eq!(broken(&[0x20, 3, 0, 0x05, 0], Sender::Server).0, "MQTT-3.2.2-8");
    assert_eq!(broken(&[0x20, 2, 0, 0x87], Sender::Server).0, "MQTT-2.2.2-1");
}

#[test]
fn acknowledgements_in_each_of_their_lengths() {
    let full = Ack {
        id: id(10),
        reason: ReasonCode::NotAuthorized,
        properties: Properties(vec![Property::user("status", "0101")]),
    };
    both_ways(&[0x40, 2, 0, 10], Sender::Client, &Packet::PubAck(Ack::new(id(10))));
    let short = Ack { properties: Properties::new(), ..full.clone() };
    both_ways(&[0x40, 3, 0, 10, 0x87], Sender::Client, &Packet::PubAck(short));
    both_ways(
        b"\x50\x13\x00\x0a\x87\x0f\x26\x00\x06status\x00\x040101",
        Sender::Server,
        &Packet::PubRec(full),
    );
    let not_found = Ack { reason: ReasonCode::PacketIdentifierNotFound, ..Ack::new(id(10)) };
    both_ways(&[0x62, 3, 0, 10, 0x92], Sender::Client, &Packet::PubRel(not_found.clone()));
    both_ways(&[0x70, 3, 0, 10, 0x92], Sender::Client, &Packet::PubComp(not_found));
    // The longer forms of success are taken as well.
    for frame in [&[0x40, 3, 0, 10, 0][..], &[0x40, 4, 0, 10, 0, 0][..]] {
        assert_eq!(Packet::decode(frame, Sender::Client), Ok(Packet::PubAck(Ack::new(id(10)))));
    }
    assert_eq!(broken(&[0x40, 3, 0, 10, 0x92], Sender::Client).0, "MQTT-3.4.2-1");
    assert_eq!(broken(&[0x50, 3, 0, 10, 0x92], Sender::Client).0, "MQTT-3.5.2-1");
    assert_eq!(broken(&[0x62, 3, 0, 10, 0x87], Sender::Client).0, "MQTT-3.6.2-1");
    assert_eq!(broken(&[0x70, 3, 0, 10, 0x87], Sender::Client).0, "MQTT-3.7.2-1");
    assert_eq!(broken(&[0x40, 2, 0, 0], Sender::Client).0, "MQTT-2.2.1-3");
    assert_eq!(broken(&[0x60, 2, 0, 10], Sender::Client).0, "MQTT-3.6.1-1");
}

#[test]
fn publish_rules() {
    assert_eq!(broken(b"\x36\x07\0\x01a\0\x01\0x", Sender::Client).0, "MQTT-3.3.1-4");
    assert_eq!(broken(b"\x38\x05\0\x01a\0x", Sender::Client).0, "MQTT-3.3.1-2");
    assert_eq!(broken(b"\x30\x05\0\x01#\0x", Sender::Client).0, "MQTT-3.3.2-2");
    let empty = Packet::decode(b"\x30\x03\0\0\0", Sender::Client).unwrap_err();
    assert_eq!((empty.clause, empty.fault), ("MQTT-4.7.3-1", Fault::Topic(TopicFault::Empty)));
    let aliased = Publish { properties: Properties(vec![Property::TopicAlias(1)]), ..Publish::new("", "x") };
    both_ways(b"\x30\x07\0\0\x03\x23\0\x01x", Sender::Client, &Packet::Publish(aliased));
    let again = Publish { dup: true, qos: QoS::AtLeastOnce, id: Some(id(7)), ..Publish::new("a", "x") };
    both_ways(b"\x3a\x07\0\x01a\0\x07\0x", Sender::Client, &Packet::Publish(again.clone()));
    let missing = Packet::Publish(Publish { id: None, ..again });
    assert_eq!(missing.to_bytes(), Err(EncodeError::PacketIdMissing));
}

#[test]
fn subscribe_with_all_options() {
    let packet = Packet::Subscribe(Subscribe {
        id: id(10),
        properties: Properties::new(),
        filters: vec![
            Filter::new("a", QoS::AtLeastOnce),
            Filter {
                no_local: true,
                retain_as_published: true,
                retain_handling: RetainHandling::DoNotSend,
                ..Filter::new("b/+", QoS::ExactlyOnce)
            },
        ],
    });
    both_ways(b"\x82\x0d\0\x0a\0\0\x01a\x01\0\x03b/+\x2e", Sender::Client, &packet);
    assert_eq!(packet.to_string(), "SUBSCRIBE id=10 a (qos 1) b/+ (qos 2)");
    let options = |options: u8| broken(&[0x82, 7, 0, 10, 0, 0, 1, b'a', options], Sender::Client).0;
    assert_eq!(
        [options(0x40), options(0x03), options(0x30)],
        ["MQTT-3.8.3-5", "MQTT-3.8.3.1", "MQTT-3.8.3.1"]
    );
    assert_eq!(broken(&[0x82, 3, 0, 10, 0], Sender::Client).0, "MQTT-3.8.3-2");
    assert_eq!(broken(&[0x80, 3, 0, 10, 0], Sender::Client).0, "MQTT-3.8.1-1");
    assert_eq!(broken(b"\x82\x10\0\x0a\0\0\x0a$share/g/a\x04", Sender::Client).0, "MQTT-3.8.3-4");
    assert_eq!(broken(b"\x82\x0e\0\x0a\0\0\x08$share/g\x00", Sender::Client).0, "MQTT-4.8.2-1");
}

#[test]
fn unsubscribe_and_its_answers() {
    let packet = Packet::Unsubscribe(Unsubscribe {
        id: id(10),
        properties: Properties(vec![Property::user("k", "v")]),
        filters: vec!["a".into(), "b".into()],
    });
    both_ways(b"\xa2\x10\0\x0a\x07\x26\0\x01k\0\x01v\0\x01a\0\x01b", Sender::Client, &packet);
    assert_eq!(broken(&[0xa2, 3, 0, 10, 0], Sender::Client).0, "MQTT-3.10.3-2");
    let codes = vec![ReasonCode::Success, ReasonCode::NoSubscriptionExisted];
    let unsuback = Packet::UnsubAck(UnsubAck { id: id(10), properties: Properties::new(), codes });
    both_ways(&[0xb0, 5, 0, 10, 0, 0, 0x11], Sender::Server, &unsuback);
    let codes = vec![ReasonCode::GrantedQoS1, ReasonCode::TopicFilterInvalid];
    let suback = Packet::SubAck(SubAck { id: id(10), properties: Properties::new(), codes });
    both_ways(&[0x90, 5, 0, 10, 0, 0x01, 0x8f], Sender::Server, &suback);
    assert_eq!(suback.to_string(), "SUBACK id=10 codes=0x01,0x8f");
    assert_eq!(broken(&[0x90, 4, 0, 10, 0, 0x11], Sender::Server).0, "MQTT-3.9.3-2");
    assert_eq!(broken(&[0xb0, 4, 0, 10, 0, 0x01], Sender::Server).0, "MQTT-3.11.3-2");
    assert_eq!(broken(&[0xb0, 3, 0, 10, 0], Sender::Server).1, "the list is empty");
}

#[test]
fn disconnect_goes_both_ways_with_the_codes_of_its_sender() {
    both_ways(&[0xe0, 0], Sender::Client, &Packet::Disconnect(Disconnect::new(ReasonCode::Success)));
    let with_will = Packet::Disconnect(Disconnect::new(ReasonCode::DisconnectWithWill));
    both_ways(&[0xe0, 1, 4], Sender::Client, &with_will);
    let moved = Packet::Disconnect(Disconnect {
        reason: ReasonCode::ServerMoved,
        properties: Properties(vec![Property::ServerReference("b".into())]),
    });
    both_ways(b"\xe0\x06\x9d\x04\x1c\0\x01b", Sender::Server, &moved);
    assert_eq!(broken(&[0xe0, 1, 4], Sender::Server).0, "MQTT-3.14.2-1");
    assert_eq!(broken(&[0xe0, 1, 0x8e], Sender::Client).0, "MQTT-3.14.2-1");
    assert_eq!(broken(b"\xe0\x07\x00\x05\x11\0\0\0\x01", Sender::Server).0, "MQTT-3.14.2-2");
    assert_eq!(broken(&[0xe1, 0], Sender::Client).0, "MQTT-3.14.1-1");
}

#[test]
fn auth_in_both_directions() {
    both_ways(
        &[0xf0, 0],
        Sender::Server,
        &Packet::Auth(Auth { reason: ReasonCode::Success, properties: Properties::new() }),
    );
    let again = Packet::Auth(Auth {
        reason: ReasonCode::ReAuthenticate,
        properties: Properties(vec![Property::AuthenticationMethod("SAS".into())]),
    });
    both_ways(b"\xf0\x08\x19\x06\x15\0\x03SAS", Sender::Client, &again);
    assert_eq!(broken(b"\xf0\x08\x19\x06\x15\0\x03SAS", Sender::Server).0, "MQTT-3.15.2-1");
    assert_eq!(broken(&[0xf0, 2, 0x19, 0], Sender::Client).0, "MQTT-3.15.2.2.2");
    assert_eq!(broken(&[0xf0, 0], Sender::Client).0, "MQTT-3.15.2-1");
    assert_eq!(broken(&[0xf1, 0], Sender::Client).0, "MQTT-3.15.1-1");
}

#[test]
fn packets_of_the_other_side_and_reserved_types() {
    assert_eq!(broken(&[0x00, 0], Sender::Client).1, "packet type 0 is reserved");
    assert_eq!(broken(&[0xd0, 0], Sender::Client).1, "PINGRESP is never sent by the client");
    assert_eq!(broken(&[0xc0, 0], Sender::Server).1, "PINGREQ is never sent by the server");
    both_ways(&[0xc0, 0], Sender::Client, &Packet::PingReq);
    both_ways(&[0xd0, 0], Sender::Server, &Packet::PingResp);
    assert_eq!(broken(&[0xc1, 0], Sender::Client).0, "MQTT-2.1.3-1");
    assert_eq!(broken(&[0xc0, 1, 0], Sender::Client).1, "bytes left over: 1");
    assert_eq!(broken(&[0xc0, 0xff, 0xff, 0xff, 0xff], Sender::Client).0, "MQTT-1.5.5");
}

#[test]
fn every_reason_code_has_a_packet() {
    assert_eq!(ReasonCode::ALL.len(), 43);
    let types = (1..=15).filter_map(|kind| match kind {
        15 => Some(PacketType::Auth),
        kind => PacketType::of_first_byte(kind << 4),
    });
    let types: Vec<_> = types.collect();
    for code in ReasonCode::ALL {
        assert!(types.iter().any(|packet| code.belongs_to(*packet)), "{code}");
        assert_eq!(ReasonCode::from_byte(code.byte()), Some(*code));
    }
    assert_eq!(ReasonCode::QuotaExceeded.to_string(), "0x97 (quota exceeded)");
    assert_eq!(Place::Auth.clause(), "MQTT-3.15.2.2");
}
