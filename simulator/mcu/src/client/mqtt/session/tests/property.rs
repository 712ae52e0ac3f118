//! Arbitrary servers.

use proptest::prelude::*;

use super::*;

/// What a server may do to a session.
#[derive(Clone, Debug)]
enum Move {
    Bytes(Vec<u8>),
    Packet(Packet),
    Publish(QoS),
    Subscribe,
    Wait(u16),
    Cut,
}

fn moves() -> impl Strategy<Value = Vec<Move>> {
    let ids = (1u16..6).prop_map(id);
    let packet = prop_oneof![
        ids.clone().prop_map(Packet::PubAck),
        ids.clone().prop_map(Packet::PubRec),
        ids.clone().prop_map(Packet::PubRel),
        ids.clone().prop_map(Packet::PubComp),
        ids.clone().prop_map(Packet::UnsubAck),
        Just(Packet::PingResp),
        (ids, 0u8..3, any::<bool>(), 0usize..300).prop_map(|(id, qos, dup, size)| {
            let qos = QoS::from_bits(qos).unwrap();
            let id = (qos != QoS::AtMostOnce).then_some(id);
            let dup = dup && id.is_some();
            let payload = vec![0; size].into();
            Packet::Publish(Publish { dup, qos, retain: false, topic: "t".into(), id, payload })
        }),
    ];
    let step = prop_oneof![
        2 => proptest::collection::vec(any::<u8>(), 0..40).prop_map(Move::Bytes),
        8 => packet.prop_map(Move::Packet),
        8 => (0u8..3).prop_map(|qos| Move::Publish(QoS::from_bits(qos).unwrap())),
        2 => Just(Move::Subscribe),
        2 => (0u16..100).prop_map(Move::Wait),
        2 => Just(Move::Cut),
    ];
    proptest::collection::vec(step, 0..80)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    /// Whatever a server sends and however the connection goes: no panic, no packet identifier used for
    /// two things at once, none of them zero, no more in flight than allowed, no more buffered than allowed.
    #[test]
    fn any_server_leaves_the_session_whole(moves in moves(), clean in any::<bool>()) {
        const LIMIT: usize = 256;
        let mut now = Time::ZERO;
        let mut session = connected_with(
            session(|habits| habits.max_inbound = Some(LIMIT)), clean, &CONNACK);
        for step in moves {
            if session.state() == StateName::Closing {
                session.transport_closed();
            }
            if session.state() == StateName::Idle {
                session = connected_with(session, clean, &CONNACK);
            }
            match step {
                Move::Bytes(bytes) => session.receive(now, &bytes),
                Move::Packet(packet) => session.receive(now, &packet.to_bytes().unwrap()),
                Move::Publish(qos) => { let _ = session.publish(now, message("t", qos)); }
                Move::Subscribe => { let _ = session.subscribe(vec![("t".into(), QoS::AtLeastOnce)]); }
                Move::Wait(secs) => {
                    now += Duration::from_secs(secs.into());
                    session.handle_timeout(now);
                }
                Move::Cut => session.transport_closed(),
            }
            accept_all(&mut session);
            for bytes in sent(&mut session, now) {
                prop_assert!(Packet::decode(&bytes, Sender::Client).is_ok(), "{bytes:02x?}");
            }
            prop_assert!(session.in_flight() <= 10);
            prop_assert!(session.pending_bytes() <= LIMIT);
            let busy: Vec<_> = session.outbound.iter().map(|message| message.id)
                .chain(session.subscriptions.requests().iter().filter_map(|r| r.packet.packet_id()))
                .collect();
            let distinct: BTreeSet<_> = busy.iter().copied().collect();
            prop_assert_eq!(busy.len(), distinct.len());
            prop_assert_eq!(&distinct, session.ids.busy());
        }
    }

    /// Cutting the stream anywhere changes nothing.
    #[test]
    fn fragments_make_no_difference(cuts in proptest::collection::vec(1usize..7, 0..30)) {
        let stream = b"\x32\x06\x00\x01a\x00\x07x\x34\x06\x00\x01b\x00\x08y\xd0\x00\x30\x04\x00\x01cz";
        let mut whole = connected(|_| ());
        whole.receive(at(0), stream);
        let mut pieces = connected(|_| ());
        let mut rest = &stream[..];
        for cut in cuts {
            let (piece, tail) = rest.split_at(cut.min(rest.len()));
            pieces.receive(at(0), piece);
            rest = tail;
        }
        pieces.receive(at(0), rest);
        prop_assert_eq!(accept_all(&mut whole), accept_all(&mut pieces));
        prop_assert_eq!(sent(&mut whole, at(0)), sent(&mut pieces, at(0)));
    }
}
