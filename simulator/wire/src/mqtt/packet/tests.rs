use super::*;

#[test]
fn reserved_types_are_rejected() {
    for (first, found) in [(0x00, 0), (0xf0, 15)] {
        let error = Packet::decode(&[first, 0x00], Sender::Server).unwrap_err();
        assert_eq!((error.clause, error.fault), ("MQTT-4.8.0-1", Fault::ReservedType { found }));
    }
}

#[test]
fn packets_go_their_own_way_only() {
    let by_client: [&[u8]; 5] = [
        b"\x10\x0d\x00\x04MQTT\x04\x02\x00\x00\x00\x01c",
        b"\x82\x06\x00\x01\x00\x01a\x00",
        b"\xa2\x05\x00\x01\x00\x01a",
        b"\xc0\x00",
        b"\xe0\x00",
    ];
    let by_server: [&[u8]; 4] =
        [b"\x20\x02\x00\x00", b"\x90\x03\x00\x01\x00", b"\xb0\x02\x00\x01", b"\xd0\x00"];
    let by_both: [&[u8]; 5] = [
        b"\x30\x03\x00\x01a",
        b"\x40\x02\x00\x01",
        b"\x50\x02\x00\x01",
        b"\x62\x02\x00\x01",
        b"\x70\x02\x00\x01",
    ];
    let verdicts = |bytes| [Sender::Client, Sender::Server].map(|from| Packet::decode(bytes, from).is_ok());
    assert!(by_client.into_iter().all(|bytes| verdicts(bytes) == [true, false]));
    assert!(by_server.into_iter().all(|bytes| verdicts(bytes) == [false, true]));
    assert!(by_both.into_iter().all(|bytes| verdicts(bytes) == [true, true]));

    let error = Packet::decode(by_server[0], Sender::Client).unwrap_err();
    assert_eq!(
        error.to_string(),
        "packet type at byte 0: CONNACK is never sent by the client [MQTT-4.8.0-1]"
    );
}

#[test]
fn flags_of_every_packet_but_publish_are_fixed() {
    for packet in PacketType::ALL.into_iter().filter(|packet| *packet != PacketType::Auth) {
        let from = if packet.is_sent_by(Sender::Client) { Sender::Client } else { Sender::Server };
        let Some((expected, clause)) = packet.fixed_flags() else { continue };
        for flags in (0..16).filter(|flags| *flags != expected) {
            let error = Packet::decode(&[(packet as u8) << 4 | flags, 0x00], from).unwrap_err();
            assert_eq!(error.clause, clause, "{packet}");
            assert_eq!(error.fault, Fault::FixedFlags { packet, found: flags, expected });
        }
    }
}

#[test]
fn the_frame_is_exactly_one_packet() {
    let clause_and_fault = |bytes: &[u8]| {
        let error = Packet::decode(bytes, Sender::Client).unwrap_err();
        (error.clause, error.fault)
    };
    assert_eq!(clause_and_fault(&[]), ("MQTT-2.2", Fault::Truncated { needed: 2, available: 0 }));
    assert_eq!(clause_and_fault(&[0xc0]), ("MQTT-2.2.3", Fault::Truncated { needed: 2, available: 1 }));
    assert_eq!(
        clause_and_fault(&[0x40, 0x02, 0x00]),
        ("MQTT-2.2.3", Fault::Truncated { needed: 2, available: 1 })
    );
    assert_eq!(clause_and_fault(&[0xc0, 0x00, 0xc0]), ("MQTT-2.2.3", Fault::TrailingBytes { count: 1 }));
    assert_eq!(
        clause_and_fault(&[0xc0, 0x80, 0x80, 0x80, 0x80, 0x00]),
        ("MQTT-2.2.3", Fault::LengthTooLong { found: 0x80 })
    );
}

#[test]
fn encoding_appends() {
    let mut out = vec![1, 2, 3];
    Packet::PingReq.encode(&mut out).unwrap();
    Packet::PubAck(PacketId::FIRST).encode(&mut out).unwrap();
    assert_eq!(out, [1, 2, 3, 0xc0, 0x00, 0x40, 0x02, 0x00, 0x01]);
}

#[test]
fn packet_identifiers_skip_zero() {
    assert_eq!(PacketId::new(0), None);
    assert_eq!(PacketId::new(65535).map(PacketId::next), Some(PacketId::FIRST));
    assert_eq!(PacketId::FIRST.next().get(), 2);
}
