//! The session against bytes of the standard, and against arbitrary ones.

use std::collections::BTreeSet;
use std::time::Duration;

use bytes::Bytes;
use nanorig_trace::Time;
use nanorig_wire::mqtt::{ConnectCode, Packet, PacketId, Publish, QoS, Sender, SubAckCode, Will};
use proptest::prelude::*;

use super::*;
use crate::habits::{self, MqttHabits};

const CONNACK: [u8; 4] = [0x20, 0x02, 0x00, 0x00];
const CONNACK_PRESENT: [u8; 4] = [0x20, 0x02, 0x01, 0x00];

fn options(clean_session: bool) -> ConnectOptions {
    ConnectOptions { client_id: "dev1".into(), clean_session, keep_alive_s: 60, ..ConnectOptions::default() }
}

fn session(set: impl FnOnce(&mut MqttHabits)) -> Session {
    let mut settings = SessionSettings::default();
    set(&mut settings.habits);
    Session::new(settings)
}

fn at(secs: u64) -> Time {
    Time::from_secs(secs)
}

/// Everything that the session wants to send now.
fn sent(session: &mut Session, now: Time) -> Vec<Vec<u8>> {
    std::iter::from_fn(|| session.poll_transmit(now)).map(|transmit| transmit.bytes).collect()
}

fn packets(session: &mut Session, now: Time) -> Vec<Packet> {
    let decode = |bytes: Vec<u8>| Packet::decode(&bytes, Sender::Client).expect("a client's packet");
    sent(session, now).into_iter().map(decode).collect()
}

fn events(session: &mut Session) -> Vec<SessionEvent> {
    std::iter::from_fn(|| session.poll_event()).collect()
}

/// A session whose CONNECT was accepted at time zero.
fn connected_with(mut session: Session, clean: bool, connack: &[u8]) -> Session {
    session.connect(Time::ZERO, &options(clean));
    sent(&mut session, Time::ZERO);
    session.receive(Time::ZERO, connack);
    session
}

fn connected(set: impl FnOnce(&mut MqttHabits)) -> Session {
    let mut session = connected_with(session(set), false, &CONNACK);
    events(&mut session);
    session
}

fn message(topic: &str, qos: QoS) -> Outgoing {
    Outgoing { topic: topic.into(), payload: Bytes::from_static(b"x"), qos, retain: false }
}

fn id(number: u16) -> PacketId {
    PacketId::new(number).unwrap()
}

/// Accepts every message event and returns what remains.
fn accept_all(session: &mut Session) -> Vec<SessionEvent> {
    let all = events(session);
    for event in &all {
        if let SessionEvent::Message { ack: Some(ack), .. } | SessionEvent::Oversize { ack: Some(ack), .. } = event {
            session.accept(*ack);
        }
    }
    all
}

/// A step of the grid: its name and what it does.
type Step = (&'static str, fn(&mut Session));

#[test]
fn every_state_meets_every_event() {
    let states: [Step; 4] = [
        ("idle", |_| ()),
        ("connecting", |session| session.connect(Time::ZERO, &options(false))),
        ("connected", |session| {
            session.connect(Time::ZERO, &options(false));
            sent(session, Time::ZERO);
            session.receive(Time::ZERO, &CONNACK);
        }),
        ("closing", |session| {
            session.connect(Time::ZERO, &options(false));
            session.disconnect();
        }),
    ];
    let steps: [Step; 10] = [
        ("connack-0", |session| session.receive(at(1), &CONNACK)),
        ("connack-5", |session| session.receive(at(1), &[0x20, 0x02, 0x00, 0x05])),
        ("publish", |session| session.receive(at(1), b"\x30\x04\x00\x01ax")),
        ("puback", |session| session.receive(at(1), &[0x40, 0x02, 0x00, 0x07])),
        ("pingresp", |session| session.receive(at(1), &[0xd0, 0x00])),
        ("malformed", |session| session.receive(at(1), &[0x00, 0x00])),
        ("client-packet", |session| session.receive(at(1), &[0xc0, 0x00])),
        ("timeout", |session| session.handle_timeout(at(30))),
        ("disconnect", Session::disconnect),
        ("transport-closed", Session::transport_closed),
    ];
    let mut grid = String::new();
    for (state, enter) in states {
        for (step, act) in steps {
            let mut session = session(|_| ());
            enter(&mut session);
            events(&mut session);
            act(&mut session);
            let closed = events(&mut session).into_iter().find_map(|event| match event {
                SessionEvent::Closed { reason } => Some(format!("{reason:?}")),
                _ => None,
            });
            let closed = closed.map(|reason| reason.split([' ', '(']).next().unwrap_or("").to_owned());
            let next = format!("{:?}", session.state()).to_lowercase();
            grid.push_str(&format!("{state} {step}: {next} {}\n", closed.unwrap_or_default()));
        }
    }
    let grid = grid.replace(" \n", "\n");
    assert_eq!(
        grid.trim(),
        "\
idle connack-0: idle
idle connack-5: idle
idle publish: idle
idle puback: idle
idle pingresp: idle
idle malformed: idle
idle client-packet: idle
idle timeout: idle
idle disconnect: idle
idle transport-closed: idle
connecting connack-0: connected
connecting connack-5: closing Refused
connecting publish: closing Protocol
connecting puback: closing Protocol
connecting pingresp: closing Protocol
connecting malformed: closing Protocol
connecting client-packet: closing Protocol
connecting timeout: closing ConnAckTimeout
connecting disconnect: closing Requested
connecting transport-closed: idle Lost
connected connack-0: closing Protocol
connected connack-5: closing Protocol
connected publish: connected
connected puback: connected
connected pingresp: connected
connected malformed: closing Protocol
connected client-packet: closing Protocol
connected timeout: connected
connected disconnect: closing Requested
connected transport-closed: idle Lost
closing connack-0: closing
closing connack-5: closing
closing publish: closing
closing puback: closing
closing pingresp: closing
closing malformed: closing
closing client-packet: closing
closing timeout: closing
closing disconnect: closing
closing transport-closed: idle"
    );
}

#[test]
fn connect_is_the_literal_packet_and_nothing_goes_before_connack() {
    let mut session = session(|_| ());
    session.connect(Time::ZERO, &options(true));
    session.publish(Time::ZERO, message("a", QoS::AtLeastOnce)).unwrap();
    let first = sent(&mut session, Time::ZERO);
    assert_eq!(first, [b"\x10\x10\x00\x04MQTT\x04\x02\x00\x3c\x00\x04dev1".to_vec()]);
    session.receive(Time::ZERO, &CONNACK);
    assert_eq!(sent(&mut session, Time::ZERO), [b"\x32\x06\x00\x01a\x00\x01x".to_vec()]);
}

#[test]
fn a_habit_talks_before_connack() {
    let mut session = session(|habits| habits.talks_before_connack = true);
    session.connect(Time::ZERO, &options(true));
    session.publish(Time::ZERO, message("a", QoS::AtLeastOnce)).unwrap();
    assert_eq!(sent(&mut session, Time::ZERO).len(), 2);
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
        let options = ConnectOptions { will: Some(will), user_name: Some("u".into()), password, ..options(true) };
        assert!(!format!("{options:?}").contains("secret"), "{options:?}");
        session.connect(Time::ZERO, &options);
        sent(&mut session, Time::ZERO)[0][9]
    };
    assert_eq!(flags(|_| ()), 0b1110_1110);
    assert_eq!(flags(|habits| habits.connect = habits::ConnectForm::ReservedFlag), 0b1110_1111);
    assert_eq!(flags(|habits| habits.connect = habits::ConnectForm::PasswordWithoutUserName), 0b0110_1110);
    assert_eq!(flags(|habits| habits.will = habits::WillForm::WithoutQos), 0b1100_0110);
    assert_eq!(flags(|habits| habits.will = habits::WillForm::WithoutFlag), 0b1100_0010);
}

#[test]
fn a_refusal_ends_the_connection_and_nothing_follows() {
    for (byte, code) in (1..).zip(&ConnectCode::ALL[1..]) {
        let mut session = session(|_| ());
        session.connect(Time::ZERO, &options(false));
        session.publish(Time::ZERO, message("a", QoS::AtMostOnce)).unwrap();
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
        let _ = session.publish(at(second), message("a", QoS::AtMostOnce));
        sent(&mut session, at(second));
        session.handle_timeout(at(second));
        if session.state() != StateName::Connected {
            closed_at = Some(second);
            break;
        }
    }
    assert_eq!(closed_at, Some(76), "PINGREQ at 46 s, and at most 1.5 x 60 s in all");
}

#[test]
fn qos1_is_delivered_by_its_own_puback_only() {
    let mut session = connected(|_| ());
    let first = session.publish(at(0), message("a", QoS::AtLeastOnce)).unwrap();
    let second = session.publish(at(0), message("b", QoS::AtLeastOnce)).unwrap();
    sent(&mut session, at(0));
    session.receive(at(1), &[0x40, 0x02, 0x00, 0x09]);
    assert!(events(&mut session).is_empty(), "an unknown identifier completes nothing");
    session.receive(at(1), &[0x40, 0x02, 0x00, 0x02]);
    assert_eq!(events(&mut session), [SessionEvent::Delivered { token: second }]);
    session.receive(at(1), &[0x40, 0x02, 0x00, 0x01]);
    assert_eq!(events(&mut session), [SessionEvent::Delivered { token: first }]);
}

#[test]
fn the_window_is_bounded() {
    let mut session = connected(|_| ());
    for _ in 0..10 {
        session.publish(at(0), message("a", QoS::AtLeastOnce)).unwrap();
    }
    let full = session.publish(at(0), message("a", QoS::AtLeastOnce));
    assert_eq!(full, Err(PublishError::WindowFull { limit: 10 }));
    assert!(session.publish(at(0), message("a", QoS::AtMostOnce)).is_ok(), "QoS 0 does not wait");
}

#[test]
fn what_is_unacknowledged_goes_out_again_in_order_with_dup() {
    for connack in [CONNACK_PRESENT, CONNACK] {
        let mut session = connected(|_| ());
        for topic in ["a", "b", "c"] {
            session.publish(at(0), message(topic, QoS::AtLeastOnce)).unwrap();
        }
        let before: Vec<_> = sent(&mut session, at(0));
        session.receive(at(0), &[0x40, 0x02, 0x00, 0x02]);
        session.publish(at(0), message("d", QoS::AtLeastOnce)).unwrap();
        session.transport_closed();
        let session = &mut connected_with(session, false, &connack);
        let mut expected = [before[0].clone(), before[2].clone(), b"\x32\x06\x00\x01d\x00\x04x".to_vec()];
        expected[0][0] |= 0x08;
        expected[1][0] |= 0x08;
        assert_eq!(sent(session, at(1)), expected, "the last one was never sent: no DUP");
    }
}

#[test]
fn a_clean_session_forgets_and_does_not_reuse_ids() {
    let mut session = connected(|_| ());
    let token = session.publish(at(0), message("a", QoS::AtLeastOnce)).unwrap();
    sent(&mut session, at(0));
    session.transport_closed();
    events(&mut session);
    let mut session = connected_with(session, true, &CONNACK);
    assert!(events(&mut session).contains(&SessionEvent::Abandoned { token }));
    assert!(sent(&mut session, at(1)).is_empty());
    session.publish(at(1), message("a", QoS::AtLeastOnce)).unwrap();
    assert_eq!(packets(&mut session, at(1))[0].packet_id(), Some(id(2)));
}

#[test]
fn habits_of_resending() {
    let resent = |resend| {
        let mut session = connected(|habits| habits.resend = resend);
        session.publish(at(0), message("a", QoS::AtLeastOnce)).unwrap();
        session.publish(at(0), message("b", QoS::AtLeastOnce)).unwrap();
        sent(&mut session, at(0));
        session.transport_closed();
        let mut session = connected_with(session, false, &CONNACK_PRESENT);
        let shape = |packet: Packet| match packet {
            Packet::Publish(publish) => (publish.topic, publish.id.unwrap().get(), publish.dup),
            other => panic!("{other}"),
        };
        packets(&mut session, at(1)).into_iter().map(shape).collect::<Vec<_>>()
    };
    let row = |topic: &str, id, dup| (topic.to_owned(), id, dup);
    assert_eq!(resent(habits::Resend::SameIdDup), [row("a", 1, true), row("b", 2, true)]);
    assert_eq!(resent(habits::Resend::WithoutDup), [row("a", 1, false), row("b", 2, false)]);
    assert_eq!(resent(habits::Resend::Reversed), [row("b", 2, true), row("a", 1, true)]);
    assert_eq!(resent(habits::Resend::NewId), [row("a", 3, false), row("b", 4, false)]);
    assert_eq!(resent(habits::Resend::Never), []);
}

#[test]
fn qos2_resumes_where_it_was() {
    let mut session = connected(|_| ());
    let token = session.publish(at(0), message("a", QoS::ExactlyOnce)).unwrap();
    assert_eq!(sent(&mut session, at(0)), [b"\x34\x06\x00\x01a\x00\x01x".to_vec()]);
    session.transport_closed();
    let mut session = connected_with(session, false, &CONNACK_PRESENT);
    assert_eq!(sent(&mut session, at(1)), [b"\x3c\x06\x00\x01a\x00\x01x".to_vec()]);
    session.receive(at(1), &[0x50, 0x02, 0x00, 0x01]);
    assert_eq!(sent(&mut session, at(1)), [vec![0x62, 0x02, 0x00, 0x01]]);
    session.transport_closed();
    let mut session = connected_with(session, false, &CONNACK_PRESENT);
    assert_eq!(sent(&mut session, at(1)), [vec![0x62, 0x02, 0x00, 0x01]], "never PUBLISH after PUBREL");
    events(&mut session);
    session.receive(at(1), &[0x70, 0x02, 0x00, 0x01]);
    assert_eq!(events(&mut session), [SessionEvent::Delivered { token }]);
    assert_eq!(session.in_flight(), 0);
}

#[test]
fn a_received_qos2_message_is_told_once_and_answered_each_time() {
    let mut session = connected(|_| ());
    session.receive(at(0), b"\x34\x06\x00\x01a\x00\x09x");
    assert_eq!(accept_all(&mut session).len(), 1);
    assert_eq!(sent(&mut session, at(0)), [vec![0x50, 0x02, 0x00, 0x09]]);
    session.receive(at(0), b"\x3c\x06\x00\x01a\x00\x09x");
    assert!(accept_all(&mut session).is_empty());
    assert_eq!(sent(&mut session, at(0)), [vec![0x50, 0x02, 0x00, 0x09]]);
    session.receive(at(0), &[0x62, 0x02, 0x00, 0x09]);
    assert_eq!(sent(&mut session, at(0)), [vec![0x70, 0x02, 0x00, 0x09]]);
    session.receive(at(0), b"\x34\x06\x00\x01a\x00\x09x");
    assert_eq!(accept_all(&mut session).len(), 1, "the identifier is free again");
}

#[test]
fn every_qos1_message_is_acknowledged_in_order_also_on_unknown_topics() {
    let two = b"\x32\x06\x00\x01a\x00\x07x\x3a\x06\x00\x01b\x00\x03x";
    let acks = |set: fn(&mut MqttHabits)| {
        let mut session = connected(set);
        session.receive(at(0), two);
        accept_all(&mut session);
        packets(&mut session, at(0))
    };
    assert_eq!(acks(|_| ()), [Packet::PubAck(id(7)), Packet::PubAck(id(3))]);
    assert_eq!(acks(|h| h.acknowledge = habits::Acknowledge::Never), []);
    assert_eq!(acks(|h| h.acknowledge = habits::Acknowledge::KnownTopicsOnly), []);
    assert_eq!(acks(|h| h.acknowledge = habits::Acknowledge::FirstDeliveryOnly), [Packet::PubAck(id(7))]);
    let reversed = [Packet::PubAck(id(3)), Packet::PubAck(id(7))];
    assert_eq!(acks(|h| h.ack_order = habits::AckOrder::Reversed), reversed);
}

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
fn disconnect_is_the_last_packet() {
    let mut session = connected(|_| ());
    session.publish(at(0), message("a", QoS::AtMostOnce)).unwrap();
    session.disconnect();
    assert_eq!(sent(&mut session, at(0)).pop(), Some(vec![0xe0, 0x00]));
    assert_eq!(session.publish(at(0), message("a", QoS::AtMostOnce)), Err(PublishError::NotConnected));
    session.receive(at(0), b"\x32\x06\x00\x01a\x00\x07x");
    assert!(sent(&mut session, at(0)).is_empty());
}

#[test]
fn an_unacknowledged_message_ends_the_connection_in_the_end() {
    let mut session = connected(|_| ());
    session.publish(at(0), message("a", QoS::AtLeastOnce)).unwrap();
    sent(&mut session, at(0));
    assert_eq!(session.deadline(Timer::Ack), Some(at(120)));
    assert_eq!(session.deadline(Timer::Repeat), None, "the reference does not repeat on a live connection");
    session.handle_timeout(at(120));
    assert!(events(&mut session).contains(&SessionEvent::Closed { reason: CloseReason::AckTimeout }));
}

#[test]
fn a_habit_repeats_on_the_live_connection() {
    let mut session = connected(|habits| habits.resend_live = Some(Duration::from_secs(5)));
    session.publish(at(0), message("a", QoS::AtLeastOnce)).unwrap();
    sent(&mut session, at(0));
    session.handle_timeout(at(5));
    assert_eq!(sent(&mut session, at(5)), [b"\x3a\x06\x00\x01a\x00\x01x".to_vec()]);
}

#[test]
fn wildcards_do_not_leave_the_device() {
    let mut session = connected(|_| ());
    assert!(matches!(session.publish(at(0), message("a/+", QoS::AtMostOnce)), Err(PublishError::Topic(_))));
    let mut session = connected(|habits| habits.unchecked_topics = true);
    assert!(session.publish(at(0), message("a/+", QoS::AtMostOnce)).is_ok());
}

#[test]
fn habits_break_single_bytes() {
    let mut odd = connected(|habits| {
        habits.packet_ids = habits::PacketIds::StartsAtZero;
        habits.dup_on_qos0 = true;
        habits.subscribe = habits::SubscribeForm::ZeroFlags;
    });
    odd.publish(at(0), message("a", QoS::AtLeastOnce)).unwrap();
    odd.publish(at(0), message("a", QoS::AtMostOnce)).unwrap();
    odd.subscribe(vec![("a".into(), QoS::AtMostOnce)]).unwrap();
    let bytes = sent(&mut odd, at(0));
    assert_eq!(bytes[0], b"\x32\x06\x00\x01a\x00\x00x");
    assert_eq!(bytes[1], b"\x38\x04\x00\x01ax");
    assert_eq!(bytes[2][0], 0x80);
}

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
