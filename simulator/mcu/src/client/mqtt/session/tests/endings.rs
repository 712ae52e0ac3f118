//! Whatever ends a connection, each message has its own end.

use super::*;

/// One way to lose a connection: what comes before the messages, and what ends it.
struct Ending {
    reason: &'static str,
    before: fn(&mut Session),
    end: fn(&mut Session),
}

const ENDINGS: [Ending; 9] = [
    Ending {
        reason: "PingRespTimeout",
        before: |_| (),
        end: |session| {
            session.handle_timeout(at(45));
            session.handle_timeout(at(75));
        },
    },
    Ending {
        reason: "AckTimeout",
        before: |session| {
            session.publish(message("c", QoS::AtLeastOnce)).unwrap();
            sent(session, at(0));
        },
        end: |session| session.handle_timeout(at(120)),
    },
    Ending {
        reason: "SubAckTimeout",
        before: |session| {
            session.subscribe(vec![("c".into(), QoS::AtLeastOnce)]).unwrap();
            for secs in [0, 10, 20] {
                session.handle_timeout(at(secs));
                sent(session, at(secs));
            }
        },
        end: |session| session.handle_timeout(at(30)),
    },
    Ending { reason: "Transport", before: |_| (), end: |session| session.transport_failed("reset") },
    Ending { reason: "Protocol", before: |_| (), end: |session| session.receive(at(1), &[0x00, 0x00]) },
    Ending { reason: "TooLarge", before: |_| (), end: |session| session.receive(at(1), &[0x90, 0x7f]) },
    Ending { reason: "OutOfMemory", before: |_| (), end: |session| session.close(CloseReason::OutOfMemory) },
    Ending { reason: "Requested", before: |_| (), end: Session::disconnect },
    Ending { reason: "Lost", before: |_| (), end: Session::transport_closed },
];

fn abandoned(events: &[SessionEvent]) -> Vec<Token> {
    let token = |event: &SessionEvent| match event {
        SessionEvent::Abandoned { token } => Some(*token),
        _ => None,
    };
    events.iter().filter_map(token).collect()
}

#[test]
fn every_ending_abandons_what_was_not_written_at_qos0() {
    for Ending { reason, before, end } in ENDINGS {
        let mut session = connected(|habits| habits.max_inbound = Some(100));
        before(&mut session);
        events(&mut session);
        let writing = session.publish(message("a", QoS::AtMostOnce)).unwrap();
        assert_eq!(session.poll_transmit(at(1)).unwrap().completes, Some(writing));
        let waiting = session.publish(message("b", QoS::AtMostOnce)).unwrap();
        end(&mut session);
        let mut all = events(&mut session);
        if reason != "Lost" {
            assert!(!abandoned(&all).contains(&writing), "{reason}: it may still get out");
        }
        session.transport_closed();
        all.extend(events(&mut session));
        let mut told = abandoned(&all);
        told.sort();
        assert_eq!(told, [writing, waiting], "{reason}");
        let closed = all.iter().filter_map(|event| match event {
            SessionEvent::Closed { reason } => Some(format!("{reason:?}")),
            _ => None,
        });
        let closed: Vec<_> = closed.collect();
        assert!(closed.len() == 1 && closed[0].starts_with(reason), "{closed:?}");
        assert!(session.queue.is_empty() && session.departing.is_empty(), "{reason}");
    }
}

#[test]
fn what_is_written_before_the_transport_ends_is_not_abandoned() {
    let mut session = connected(|_| ());
    let token = session.publish(message("a", QoS::AtMostOnce)).unwrap();
    session.poll_transmit(at(0)).unwrap();
    session.close(CloseReason::OutOfMemory);
    session.handle_written(token);
    session.transport_closed();
    assert!(abandoned(&events(&mut session)).is_empty());
}

#[test]
fn messages_that_wait_for_connack_are_abandoned_with_it() {
    let ends: [fn(&mut Session); 4] = [
        Session::disconnect,
        Session::transport_closed,
        |session| session.handle_timeout(at(30)),
        |session| session.receive(at(1), &[0x20, 0x02, 0x00, 0x05]),
    ];
    for end in ends {
        let mut session = session(|_| ());
        session.connect(Time::ZERO, &options(false)).unwrap();
        let token = session.publish(message("a", QoS::AtMostOnce)).unwrap();
        let kept = session.publish(message("b", QoS::AtLeastOnce)).unwrap();
        end(&mut session);
        assert!(sent(&mut session, at(1)).is_empty(), "nothing goes before CONNACK");
        session.transport_closed();
        assert_eq!(abandoned(&events(&mut session)), [token]);
        session.forget();
        assert_eq!(abandoned(&events(&mut session)), [kept], "QoS 1 waits for the next connection");
    }
}

#[test]
fn a_message_without_memory_is_given_up_and_its_identifier_is_free() {
    let mut session = connected(|_| ());
    for qos in [QoS::AtMostOnce, QoS::AtLeastOnce, QoS::ExactlyOnce] {
        let token = session.publish(message("a", qos)).unwrap();
        let transmit = session.poll_transmit(at(0)).unwrap();
        assert_eq!(transmit.begins, Some(token));
        session.give_up(token);
        assert!(session.in_flight() == 0 && session.departing.is_empty() && session.ids.busy().is_empty());
    }
    assert_eq!(session.state(), StateName::Connected);
    session.publish(message("a", QoS::AtLeastOnce)).unwrap();
    sent(&mut session, at(0));
    session.transport_closed();
    let mut session = connected_with(session, false, &CONNACK_PRESENT);
    assert_eq!(session.poll_transmit(at(1)).unwrap().begins, None, "it was sent before and stays");
}
