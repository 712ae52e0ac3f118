use super::*;
use crate::mqtt::{ConnectCode, Packet, Sender, TopicFault};

fn decode(bytes: &[u8]) -> Result<Connect, DecodeError> {
    Packet::decode(bytes, Sender::Client).map(|packet| match packet {
        Packet::Connect(connect) => connect,
        other => panic!("{other:?}"),
    })
}

/// A CONNECT with these flags and everything behind the keep alive.
fn with_flags(flags: u8, payload: &[u8]) -> Vec<u8> {
    let mut bytes = vec![0x10, u8::try_from(10 + payload.len()).unwrap()];
    bytes.extend(b"\x00\x04MQTT\x04");
    bytes.push(flags);
    bytes.extend([0x00, 0x0a]);
    bytes.extend(payload);
    bytes
}

#[test]
fn figure_3_6_with_a_payload() {
    // The variable header is that of the standard's example: user name, password, will with QoS 1,
    // clean session, keep alive 10.
    let bytes = with_flags(0xce, b"\x00\x01c\x00\x03w/t\x00\x02\x00\xff\x00\x01u\x00\x01p");
    let connect = Connect {
        keep_alive: 10,
        will: Some(Will {
            topic: "w/t".to_owned(),
            payload: Bytes::from_static(&[0x00, 0xff]),
            qos: QoS::AtLeastOnce,
            retain: false,
        }),
        username: Some("u".to_owned()),
        password: Some(Bytes::from_static(b"p")),
        ..Connect::new("c")
    };
    assert_eq!(decode(&bytes), Ok(connect.clone()));
    assert_eq!(Packet::Connect(connect.clone()).to_bytes().unwrap(), bytes);
    assert_eq!(connect.validate(), Ok(()));
}

#[test]
fn mqtt_3_1_is_read_and_judged_later() {
    let bytes = b"\x10\x0f\x00\x06MQIsdp\x03\x02\x00\x3c\x00\x01c";
    let connect = decode(bytes).unwrap();
    assert!(connect.is_mqtt_3_1());
    assert_eq!(Packet::Connect(connect.clone()).to_bytes().unwrap(), bytes.as_slice());
    let error = connect.validate().unwrap_err();
    assert_eq!(
        error.to_string(),
        "protocol level at byte 10: protocol level 3 is not supported for \"MQIsdp\" [MQTT-3.1.2-2]"
    );
    assert_eq!(error.connect_code(), Some(ConnectCode::UnacceptableProtocolVersion));
}

#[test]
fn a_wrong_protocol_name_is_rejected_without_an_answer() {
    let error = decode(b"\x10\x0d\x00\x04mqtt\x04\x02\x00\x3c\x00\x01c").unwrap_err();
    assert_eq!(error.to_string(), "protocol name at byte 2: protocol name is \"mqtt\" [MQTT-3.1.2-1]");
    assert_eq!(error.connect_code(), None);
    let renamed = Connect { protocol_name: "MQIsdp".to_owned(), ..Connect::new("c") };
    assert_eq!(renamed.validate().unwrap_err().offset, 2);
}

#[test]
fn levels_beside_the_name_are_answered_with_code_1() {
    for (name, level) in [("MQTT", 3), ("MQTT", 5), ("MQIsdp", 4), ("MQTT", 0x84)] {
        let mut bytes =
            vec![0x10, u8::try_from(name.len() + 9).unwrap(), 0, u8::try_from(name.len()).unwrap()];
        bytes.extend(name.as_bytes());
        bytes.extend([level, 0x02, 0x00, 0x3c, 0x00, 0x01, b'c']);
        let error = decode(&bytes).unwrap_err();
        assert_eq!((error.clause, error.offset), ("MQTT-3.1.2-2", 4 + name.len()));
        assert_eq!(error.connect_code(), Some(ConnectCode::UnacceptableProtocolVersion));
    }
}

#[test]
fn an_empty_client_identifier_needs_clean_session() {
    assert_eq!(decode(&with_flags(0x02, b"\x00\x00")).unwrap().validate(), Ok(()));
    let error = decode(&with_flags(0x00, b"\x00\x00")).unwrap().validate().unwrap_err();
    assert_eq!((error.clause, error.offset), ("MQTT-3.1.3-8", 12));
    assert_eq!(error.connect_code(), Some(ConnectCode::IdentifierRejected));
}

#[test]
fn flags_that_contradict_each_other_name_their_statement() {
    let cases = [
        (0x03, "MQTT-3.1.2-3"),
        (0x1e, "MQTT-3.1.2-14"),
        (0x0a, "MQTT-3.1.2-13"),
        (0x12, "MQTT-3.1.2-13"),
        (0x1a, "MQTT-3.1.2-13"),
        (0x22, "MQTT-3.1.2-15"),
        (0x42, "MQTT-3.1.2-22"),
    ];
    for (flags, clause) in cases {
        let error = decode(&with_flags(flags, b"\x00\x01c")).unwrap_err();
        assert_eq!((error.clause, error.offset), (clause, 9), "{flags:#04x}");
    }
    let error = decode(&with_flags(0x03, b"\x00\x01c")).unwrap_err();
    assert_eq!(error.to_string(), "connect flags at byte 9: reserved bit is set (found 0x03) [MQTT-3.1.2-3]");
}

#[test]
fn a_flag_without_its_field_is_rejected() {
    let cases: [(u8, &[u8], &str); 5] = [
        (0x06, b"\x00\x01c", "MQTT-3.1.2-9"),
        (0x06, b"\x00\x01c\x00\x01t", "MQTT-3.1.2-9"),
        (0x82, b"\x00\x01c", "MQTT-3.1.2-19"),
        (0xc2, b"\x00\x01c\x00\x01u", "MQTT-3.1.2-21"),
        (0x02, b"", "MQTT-3.1.3-3"),
    ];
    for (flags, payload, clause) in cases {
        assert_eq!(decode(&with_flags(flags, payload)).unwrap_err().clause, clause, "{flags:#04x}");
    }
}

#[test]
fn a_field_without_its_flag_is_rejected() {
    let cases: [(u8, &[u8], &str); 4] = [
        (0x02, b"\x00\x01c\x00\x01u", "MQTT-3.1.2-18"),
        (0x82, b"\x00\x01c\x00\x01u\x00\x01p", "MQTT-3.1.2-20"),
        (0xc2, b"\x00\x01c\x00\x01u\x00\x01p\x00", "MQTT-3.1.2-11"),
        (0xc6, b"\x00\x01c\x00\x01t\x00\x00\x00\x01u\x00\x01p\x00", "MQTT-3.1.3-1"),
    ];
    for (flags, payload, clause) in cases {
        let error = decode(&with_flags(flags, payload)).unwrap_err();
        assert_eq!((error.clause, error.field), (clause, "end of packet"), "{flags:#04x}");
    }
}

#[test]
fn a_user_name_without_a_password_is_how_x509_devices_connect() {
    let connect = decode(&with_flags(0x82, b"\x00\x04dev1\x00\x02u1")).unwrap();
    assert_eq!((connect.username.as_deref(), connect.password), (Some("u1"), None));
}

#[test]
fn nanoframework_connects_clean_with_60_seconds_and_no_will() {
    // Its code passes a will topic and QoS 2 with the will flag false: nothing of it is on the wire.
    let username = "h.azure-devices.net/dev1/?api-version=2021-04-12";
    let mut bytes = b"\x10\x42\x00\x04MQTT\x04\x82\x00\x3c\x00\x04dev1\x00\x30".to_vec();
    bytes.extend(username.as_bytes());
    let connect = decode(&bytes).unwrap();
    let expected = Connect { keep_alive: 60, username: Some(username.to_owned()), ..Connect::new("dev1") };
    assert_eq!(connect, expected);
    assert_eq!(Packet::Connect(expected).to_bytes().unwrap(), bytes);
}

#[test]
fn an_empty_password_differs_from_none() {
    let connect = decode(&with_flags(0xc2, b"\x00\x01c\x00\x01u\x00\x00")).unwrap();
    assert_eq!(connect.password, Some(Bytes::new()));
}

#[test]
fn texts_must_be_utf8_without_null() {
    let surrogate = decode(&with_flags(0x02, b"\x00\x03\xed\xa0\x80")).unwrap_err();
    assert_eq!((surrogate.clause, surrogate.offset), ("MQTT-1.5.3-1", 12));
    assert_eq!(surrogate.fault, Fault::IllFormedUtf8 { valid: 0, found: 0xed });
    let overlong = decode(&with_flags(0x02, b"\x00\x03a\xc0\x80")).unwrap_err();
    assert_eq!(overlong.fault, Fault::IllFormedUtf8 { valid: 1, found: 0xc0 });
    let null = decode(&with_flags(0x82, b"\x00\x01c\x00\x03ab\x00")).unwrap_err();
    assert_eq!((null.clause, null.offset, null.field), ("MQTT-1.5.3-2", 15, "user name"));
    // Figure 1.2: U+2A6D4 is one character of four bytes; and a byte order mark is no mark (MQTT-1.5.3-3).
    assert_eq!(decode(&with_flags(0x02, b"\x00\x05A\xf0\xaa\x9b\x94")).unwrap().client_id, "A\u{2A6D4}");
    assert_eq!(decode(&with_flags(0x02, b"\x00\x04\xef\xbb\xbfA")).unwrap().client_id, "\u{FEFF}A");
}

#[test]
fn a_will_topic_is_a_topic_name() {
    let error = decode(&with_flags(0x06, b"\x00\x01c\x00\x03t/#\x00\x00")).unwrap_err();
    assert_eq!((error.clause, error.field), ("MQTT-4.7.1-1", "will topic"));
    let error = decode(&with_flags(0x06, b"\x00\x01c\x00\x00\x00\x00")).unwrap_err();
    assert_eq!(error.fault, Fault::Topic(TopicFault::Empty));
}

#[test]
fn an_inner_length_beyond_the_packet_is_rejected() {
    let error = decode(&with_flags(0x02, b"\xff\xffc")).unwrap_err();
    assert_eq!(error.fault, Fault::Truncated { needed: 65535, available: 1 });
}

#[test]
fn fields_of_65535_bytes_are_the_last_that_fit() {
    let mut out = Vec::new();
    Packet::Connect(Connect::new("c".repeat(65535))).encode(&mut out).unwrap();
    assert_eq!(decode(&out).unwrap().client_id.len(), 65535);
    let length = out.len();
    let error = Packet::Connect(Connect::new("c".repeat(65536))).encode(&mut out).unwrap_err();
    assert_eq!(error.to_string(), "client identifier of 65536 bytes is longer than 65535");
    assert_eq!(out.len(), length, "nothing is written");
}

#[test]
fn neither_debug_nor_display_shows_the_password() {
    let connect = Connect {
        username: Some("user".to_owned()),
        password: Some(Bytes::from_static(b"SharedAccessSignature secret")),
        ..Connect::new("dev1")
    };
    let debug = format!("{connect:?}");
    assert!(debug.contains("<28 bytes>") && !debug.contains("secret"), "{debug}");
    assert_eq!(
        Packet::Connect(connect).to_string(),
        "CONNECT client=\"dev1\" level=4 clean=1 keep-alive=0s user=user password=<28 bytes>"
    );
}
