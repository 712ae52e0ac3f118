//! SUBSCRIBE and its answers; messages that do not fit; bytes that quirks break.

use super::*;

#[test]
fn suback_reports_each_code_and_the_granted_subscriptions_are_known() {
    let mut session = connected(|_| ());
    let filters = vec![("a/#".to_owned(), QoS::AtLeastOnce), ("b".to_owned(), QoS::AtLeastOnce)];
    let token = session.subscribe(filters.clone()).unwrap();
    assert_eq!(sent(&mut session, at(0)), [b"\x82\x0c\x00\x01\x00\x03a/#\x01\x00\x01b\x01".to_vec()]);
    session.receive(at(0), &[0x90, 0x04, 0x00, 0x01, 0x00, 0x80]);
    let codes = vec![SubAckCode::Granted(QoS::AtMostOnce), SubAckCode::Failure];
    assert_eq!(events(&mut session), [SessionEvent::Subscribed { token, codes }]);
    assert_eq!(session.missing_subscriptions(true), filters[1..], "what was refused is still wanted");
    assert_eq!(session.missing_subscriptions(false), filters);
}

#[test]
fn a_suback_without_one_code_for_each_filter_ends_the_connection() {
    let filters = ["a", "b"].map(|filter| (filter.to_owned(), QoS::AtLeastOnce));
    let asked = |set: fn(&mut MqttHabits), codes: &[u8]| {
        let mut session = connected(set);
        session.subscribe(filters.to_vec()).unwrap();
        sent(&mut session, at(0));
        let length = u8::try_from(2 + codes.len()).unwrap();
        session.receive(at(0), &[&[0x90, length, 0x00, 0x01], codes].concat());
        let all = events(&mut session);
        let code = |event: &SessionEvent| match event {
            SessionEvent::Subscribed { codes, .. } => Some(codes.len()),
            _ => None,
        };
        (session.state(), all.iter().find_map(code))
    };
    assert_eq!(asked(|_| (), &[1, 1]), (StateName::Connected, Some(2)));
    for codes in [&[1][..], &[1, 1, 1]] {
        assert_eq!(asked(|_| (), codes), (StateName::Closing, None), "MQTT-3.8.4-5");
        let skips: fn(&mut MqttHabits) = |habits| habits.malformed = habits::Malformed::Skip;
        assert_eq!(asked(skips, codes), (StateName::Connected, None));
        let ignores: fn(&mut MqttHabits) = |habits| habits.ignores_suback = true;
        assert_eq!(asked(ignores, codes), (StateName::Connected, Some(2)));
    }
}

#[test]
fn a_missing_suback_is_asked_for_again_and_then_given_up() {
    let mut session = connected(|_| ());
    let token = session.subscribe(vec![("a".into(), QoS::AtLeastOnce)]).unwrap();
    let first = sent(&mut session, at(0));
    for repetition in 1..=2 {
        session.handle_timeout(at(10 * repetition));
        assert_eq!(sent(&mut session, at(10 * repetition)), first, "the same bytes, the same identifier");
    }
    session.handle_timeout(at(30));
    let lost = SessionEvent::RequestLost { token };
    assert_eq!(events(&mut session), [lost, SessionEvent::Closed { reason: CloseReason::SubAckTimeout }]);
}

#[test]
fn a_message_before_suback_is_delivered_unless_the_habit_drops_it() {
    let told = |set: fn(&mut MqttHabits)| {
        let mut session = connected(set);
        session.subscribe(vec![("a".into(), QoS::AtLeastOnce)]).unwrap();
        sent(&mut session, at(0));
        session.receive(at(0), b"\x32\x06\x00\x01a\x00\x07x");
        let told = accept_all(&mut session).len();
        (told, packets(&mut session, at(0)))
    };
    assert_eq!(told(|_| ()), (1, vec![Packet::PubAck(id(7))]));
    assert_eq!(told(|habits| habits.drops_early_publish = true), (0, vec![Packet::PubAck(id(7))]));
}

#[test]
fn a_message_at_the_limit_passes_and_one_byte_more_is_left_out() {
    let publish = |payload: usize| {
        let publish = Publish {
            dup: false,
            qos: QoS::AtLeastOnce,
            retain: false,
            topic: "a".into(),
            id: Some(id(9)),
            payload: vec![0; payload].into(),
        };
        Packet::Publish(publish).to_bytes().unwrap()
    };
    let limit = publish(200).len();
    let stream = [&publish(200)[..], &publish(201), &[0x40, 0x02, 0x00, 0x07], &publish(0)].concat();
    for piece in [1, 2, 3, 100, 1000] {
        let mut session = connected(|habits| habits.max_inbound = Some(limit));
        for bytes in stream.chunks(piece) {
            session.receive(at(0), bytes);
            assert!(session.pending_bytes() <= limit);
        }
        let mut told = Vec::new();
        for event in events(&mut session) {
            match event {
                SessionEvent::Message { publish, ack } => {
                    told.push(publish.payload.len());
                    session.accept(ack.unwrap());
                }
                SessionEvent::Oversize { topic, bytes, limit: allowed, ack } => {
                    assert_eq!((topic.as_str(), bytes, allowed), ("a", limit + 1, limit));
                    session.accept(ack.unwrap());
                    told.push(usize::MAX);
                }
                other => panic!("{other:?}"),
            }
        }
        assert_eq!(told, [200, usize::MAX, 0], "in pieces of {piece}");
        assert_eq!(packets(&mut session, at(0)), vec![Packet::PubAck(id(9)); 3]);
    }
}

#[test]
fn an_oversize_packet_that_is_no_message_closes() {
    let mut session = connected(|habits| habits.max_inbound = Some(100));
    session.receive(at(0), &[0x90, 0x7f]);
    let reason = CloseReason::TooLarge { bytes: 129, limit: 100 };
    assert_eq!(events(&mut session), [SessionEvent::Closed { reason }], "declined by its header alone");
}

#[test]
fn wildcards_do_not_leave_the_device() {
    let mut session = connected(|_| ());
    assert!(matches!(session.publish(message("a/+", QoS::AtMostOnce)), Err(PublishError::Topic(_))));
    let mut session = connected(|habits| habits.unchecked_topics = true);
    assert!(session.publish(message("a/+", QoS::AtMostOnce)).is_ok());
}

#[test]
fn habits_break_single_bytes() {
    let mut odd = connected(|habits| {
        habits.packet_ids = habits::PacketIds::StartsAtZero;
        habits.dup_on_qos0 = true;
        habits.subscribe = habits::SubscribeForm::ZeroFlags;
    });
    odd.publish(message("a", QoS::AtLeastOnce)).unwrap();
    odd.publish(message("a", QoS::AtMostOnce)).unwrap();
    odd.subscribe(vec![("a".into(), QoS::AtMostOnce)]).unwrap();
    let bytes = sent(&mut odd, at(0));
    assert_eq!(bytes[0], b"\x32\x06\x00\x01a\x00\x00x");
    assert_eq!(bytes[1], b"\x38\x04\x00\x01ax");
    assert_eq!(bytes[2][0], 0x80);
}
