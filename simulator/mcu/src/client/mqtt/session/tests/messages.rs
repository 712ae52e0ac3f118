//! Messages of every QoS, both ways, and over connections.

use super::*;

#[test]
fn qos1_is_delivered_by_its_own_puback_only() {
    let mut session = connected(|_| ());
    let first = session.publish(message("a", QoS::AtLeastOnce)).unwrap();
    let second = session.publish(message("b", QoS::AtLeastOnce)).unwrap();
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
        session.publish(message("a", QoS::AtLeastOnce)).unwrap();
    }
    let full = session.publish(message("a", QoS::AtLeastOnce));
    assert_eq!(full, Err(PublishError::WindowFull { limit: 10 }));
    assert!(session.publish(message("a", QoS::AtMostOnce)).is_ok(), "QoS 0 does not wait");
}

#[test]
fn what_is_unacknowledged_goes_out_again_in_order_with_dup() {
    for connack in [CONNACK_PRESENT, CONNACK] {
        let mut session = connected(|_| ());
        for topic in ["a", "b", "c"] {
            session.publish(message(topic, QoS::AtLeastOnce)).unwrap();
        }
        let before: Vec<_> = sent(&mut session, at(0));
        session.receive(at(0), &[0x40, 0x02, 0x00, 0x02]);
        session.publish(message("d", QoS::AtLeastOnce)).unwrap();
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
    let token = session.publish(message("a", QoS::AtLeastOnce)).unwrap();
    sent(&mut session, at(0));
    session.transport_closed();
    events(&mut session);
    let mut session = connected_with(session, true, &CONNACK);
    assert!(events(&mut session).contains(&SessionEvent::Abandoned { token }));
    assert!(sent(&mut session, at(1)).is_empty());
    session.publish(message("a", QoS::AtLeastOnce)).unwrap();
    assert_eq!(packets(&mut session, at(1))[0].packet_id(), Some(id(2)));
}

/// Both messages are older than the time for an acknowledgement when the connection is there again.
#[test]
fn the_time_for_an_acknowledgement_begins_when_a_message_is_sent_again() {
    let mut session = connected(|_| ());
    session.publish(message("a", QoS::AtLeastOnce)).unwrap();
    session.publish(message("b", QoS::AtLeastOnce)).unwrap();
    sent(&mut session, at(0));
    session.transport_closed();
    session.connect(at(300), &options(false)).unwrap();
    sent(&mut session, at(300));
    session.receive(at(300), &CONNACK_PRESENT);
    for _ in 0..2 {
        assert!(session.poll_transmit(at(300)).is_some());
        session.handle_timeout(at(300));
        assert!(session.next_deadline().is_some_and(|deadline| deadline > at(300)));
    }
    assert_eq!(session.state(), StateName::Connected);
}

#[test]
fn habits_of_resending() {
    let resent = |resend| {
        let mut session = connected(|habits| habits.resend = resend);
        session.publish(message("a", QoS::AtLeastOnce)).unwrap();
        session.publish(message("b", QoS::AtLeastOnce)).unwrap();
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
    let token = session.publish(message("a", QoS::ExactlyOnce)).unwrap();
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
fn the_habits_that_break_qos2_show_on_the_wire() {
    let mut twice = connected(|habits| habits.qos2_receive = habits::Qos2Receive::EveryPublish);
    twice.receive(at(0), b"\x34\x06\x00\x01a\x00\x09x");
    twice.receive(at(0), b"\x3c\x06\x00\x01a\x00\x09x");
    assert_eq!(accept_all(&mut twice).len(), 2);

    let mut over = connected(|habits| {
        habits.qos2_resume = habits::Qos2Resume::FromTheStart;
        habits.dup_on_pubrel = true;
    });
    over.publish(message("a", QoS::ExactlyOnce)).unwrap();
    sent(&mut over, at(0));
    over.receive(at(0), &[0x50, 0x02, 0x00, 0x01]);
    assert_eq!(sent(&mut over, at(0)), [vec![0x6a, 0x02, 0x00, 0x01]], "against MQTT-3.6.1-1");
    over.transport_closed();
    let mut over = connected_with(over, false, &CONNACK_PRESENT);
    assert_eq!(sent(&mut over, at(1)), [b"\x3c\x06\x00\x01a\x00\x01x".to_vec()], "against MQTT-4.3.3-1");
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
fn an_unacknowledged_message_ends_the_connection_in_the_end() {
    let mut session = connected(|_| ());
    session.publish(message("a", QoS::AtLeastOnce)).unwrap();
    sent(&mut session, at(0));
    assert_eq!(session.deadline(Timer::Ack), Some(at(120)));
    assert_eq!(session.deadline(Timer::Repeat), None, "the reference does not repeat on a live connection");
    session.handle_timeout(at(120));
    assert!(events(&mut session).contains(&SessionEvent::Closed { reason: CloseReason::AckTimeout }));
}

#[test]
fn a_habit_repeats_on_the_live_connection() {
    let repeated = |without_dup| {
        let mut session = connected(|habits| {
            habits.resend_live = Some(Duration::from_secs(5));
            habits.resend_live_without_dup = without_dup;
        });
        session.publish(message("a", QoS::AtLeastOnce)).unwrap();
        sent(&mut session, at(0));
        session.handle_timeout(at(5));
        sent(&mut session, at(5))
    };
    assert_eq!(repeated(false), [b"\x3a\x06\x00\x01a\x00\x01x".to_vec()]);
    assert_eq!(repeated(true), [b"\x32\x06\x00\x01a\x00\x01x".to_vec()], "against MQTT-3.3.1-1");
}

#[test]
fn a_message_that_is_cut_off_is_none_unless_the_habit_takes_it() {
    let cut = b"\x30\x05\x00\x01a\x68";
    for (takes, count) in [(false, 0), (true, 1)] {
        let mut session = connected(|habits| habits.takes_partial_at_end = takes);
        events(&mut session);
        session.receive(at(1), cut);
        session.stream_ended();
        assert_eq!(events(&mut session).len(), count);
    }
}
