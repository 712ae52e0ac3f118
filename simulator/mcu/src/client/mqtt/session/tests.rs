//! The session against bytes of the standard, and against arbitrary ones.

mod connect;
mod endings;
mod grid;
mod messages;
mod property;
mod subscriptions;

use std::collections::BTreeSet;
use std::time::Duration;

use bytes::Bytes;
use nanorig_trace::Time;
use nanorig_wire::mqtt::{ConnectCode, Packet, PacketId, Publish, QoS, Sender, SubAck, SubAckCode, Will};

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
    session.connect(Time::ZERO, &options(clean)).unwrap();
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
        if let SessionEvent::Message { ack: Some(ack), .. } | SessionEvent::Oversize { ack: Some(ack), .. } =
            event
        {
            session.accept(*ack);
        }
    }
    all
}
