//! Connecting, Keep Alive, leaving.

use super::*;

#[test]
fn connect_is_the_literal_packet_and_nothing_goes_before_connack() {
    let mut session = session(|_| ());
    session.connect(Time::ZERO, &options(true)).unwrap();
    session.publish(message("a", QoS::AtLeastOnce)).unwrap();
    let first = sent(&mut session, Time::ZERO);
    assert_eq!(first, [b"\x10\x10\x00\x04MQTT\x04\x02\x00\x3c\x00\x04dev1".to_vec()]);
    session.receive(Time::ZERO, &CONNACK);
    assert_eq!(sent(&mut session, Time::ZERO), [b"\x32\x06\x00\x01a\x00\x01x".to_vec()]);
}

#[test]
fn a_habit_talks_before_connack() {
    let mut session = session(|habits| habits.talks_before_connack = true);
    session.connect(Time::ZERO, &options(true)).unwrap();
    session.publish(message("a", QoS::AtLeastOnce)).unwrap();
    assert_eq!(sent(&mut session, Time::ZERO).len(), 3, "CONNECT, PINGREQ, PUBLISH");
}

#[test]
fn habits_break_connect_in_one_bit() {
    let flags = |set: fn(&mut MqttHabits)| {
        let mut session = session(set);
        let will = Will {
            topic: "w".into(),
            payload: Bytes::from_static(b"gone"),
            qos: QoS::AtLeastOnce,
            retain: true,
        };
        let password = Some(Bytes::from_static(b"secret"));
        let options =
            ConnectOptions { will: Some(will), user_name: Some("u".into()), password, ..options(true) };
        assert!(!format!("{options:?}").contains("secret"), "{options:?}");
        session.connect(Time::ZERO, &options).unwrap();
        sent(&mut session, Time::ZERO)[0][9]
    };
    assert_eq!(flags(|_| ()), 0b1110_1110);
    assert_eq!(flags(|habits| habits.connect = habits::ConnectForm::ReservedFlag), 0b1110_1111);
    assert_eq!(flags(|habits| habits.connect = habits::ConnectForm::PasswordWithoutUserName), 0b0110_1110);
    assert_eq!(flags(|habits| habits.will = habits::WillForm::WithoutQos), 0b1100_0110);
    assert_eq!(flags(|habits| habits.will = habits::WillForm::WithoutFlag), 0b1100_0010);
}

#[test]
fn a_habit_takes_each_read_for_one_packet() {
    let puback = |number| [0x40, 0x02, 0x00, number];
    let delivered = |one_packet: bool, reads: &[&[u8]]| {
        let mut session = connected(|habits| {
            if one_packet {
                habits.read = habits::ReadUse::OnePacket;
            }
        });
        for _ in 0..2 {
            session.publish(message("a", QoS::AtLeastOnce)).unwrap();
        }
        sent(&mut session, Time::ZERO);
        reads.iter().for_each(|bytes| session.receive(Time::ZERO, bytes));
        let events = events(&mut session);
        let delivered = events.iter().filter(|event| matches!(event, SessionEvent::Delivered { .. }));
        (delivered.count(), session.state())
    };
    let (one, two) = (puback(1), puback(2));
    let together = [one, two].concat();
    assert_eq!(delivered(false, &[&together]), (2, StateName::Connected));
    assert_eq!(delivered(true, &[&one, &two]), (2, StateName::Connected));
    assert_eq!(delivered(true, &[&together]), (1, StateName::Connected));
    assert_eq!(delivered(false, &[&one[..1], &one[1..]]), (1, StateName::Connected));
    assert_eq!(delivered(true, &[&one[..1], &one[1..]]), (0, StateName::Closing));
}

#[test]
fn a_refusal_ends_the_connection_and_nothing_follows() {
    for (byte, code) in (1..).zip(&ConnectCode::ALL[1..]) {
        let mut session = session(|_| ());
        session.connect(Time::ZERO, &options(false)).unwrap();
        session.publish(message("a", QoS::AtMostOnce)).unwrap();
        sent(&mut session, Time::ZERO);
        session.receive(Time::ZERO, &[0x20, 0x02, 0x00, byte]);
        let closed = SessionEvent::Closed { reason: CloseReason::Refused(*code) };
        assert_eq!(events(&mut session).pop(), Some(closed));
        assert!(sent(&mut session, Time::ZERO).is_empty());
        assert_eq!(session.next_deadline(), None);
    }
}

#[test]
fn an_idle_connection_pings_and_a_silent_server_is_dropped() {
    let mut session = connected(|_| ());
    assert_eq!(session.next_deadline(), Some(at(45)));
    session.handle_timeout(at(45));
    assert_eq!(sent(&mut session, at(45)), [vec![0xc0, 0x00]]);
    assert_eq!(session.deadline(Timer::PingResp), Some(at(75)));
    session.receive(at(46), &[0xd0, 0x00]);
    assert_eq!(session.next_deadline(), Some(at(90)));
    session.handle_timeout(at(90));
    sent(&mut session, at(90));
    session.handle_timeout(at(119));
    assert_eq!(session.state(), StateName::Connected);
    session.handle_timeout(at(120));
    let closed = SessionEvent::Closed { reason: CloseReason::PingRespTimeout };
    assert_eq!(events(&mut session), [closed]);
}

#[test]
fn a_dead_peer_is_noticed_while_publishing() {
    let mut session = connected(|_| ());
    let mut closed_at = None;
    for second in 1..=90 {
        let _ = session.publish(message("a", QoS::AtMostOnce));
        sent(&mut session, at(second));
        session.handle_timeout(at(second));
        if session.state() != StateName::Connected {
            closed_at = Some(second);
            break;
        }
    }
    assert_eq!(closed_at, Some(75), "PINGREQ is due at 45 s, and at most 1.5 x 60 s in all");
}

#[test]
fn a_ping_that_cannot_be_written_counts_as_asked() {
    let mut session = connected(|_| ());
    session.handle_timeout(at(45));
    assert_eq!(session.next_deadline(), Some(at(75)), "nobody takes PINGREQ");
    session.handle_timeout(at(74));
    assert_eq!(session.state(), StateName::Connected);
    session.handle_timeout(at(75));
    let closed = SessionEvent::Closed { reason: CloseReason::PingRespTimeout };
    assert_eq!(events(&mut session), [closed]);
}

#[test]
fn options_without_a_layout_are_refused_before_anything_happens() {
    let with = |set: fn(&mut ConnectOptions, String), bytes| {
        let mut options = options(true);
        set(&mut options, "x".repeat(bytes));
        let mut session = session(|_| ());
        let result = session.connect(Time::ZERO, &options);
        assert_eq!(result.is_err(), session.state() == StateName::Idle);
        assert_eq!(result.is_err(), sent(&mut session, Time::ZERO).is_empty());
        result.is_ok()
    };
    fn will(payload: String) -> Will {
        Will { topic: "w".into(), payload: payload.into(), qos: QoS::AtMostOnce, retain: false }
    }
    let fields: [fn(&mut ConnectOptions, String); 4] = [
        |options, text| options.client_id = text,
        |options, text| options.user_name = Some(text),
        |options, text| (options.user_name, options.password) = (Some("u".into()), Some(text.into())),
        |options, text| options.will = Some(will(text)),
    ];
    for field in fields {
        assert!(with(field, 65_535) && !with(field, 65_536));
    }
}

#[test]
fn disconnect_is_the_last_packet() {
    let mut session = connected(|_| ());
    session.publish(message("a", QoS::AtMostOnce)).unwrap();
    session.disconnect();
    assert_eq!(sent(&mut session, at(0)).pop(), Some(vec![0xe0, 0x00]));
    assert_eq!(session.publish(message("a", QoS::AtMostOnce)), Err(PublishError::NotConnected));
    session.receive(at(0), b"\x32\x06\x00\x01a\x00\x07x");
    assert!(sent(&mut session, at(0)).is_empty());
}
