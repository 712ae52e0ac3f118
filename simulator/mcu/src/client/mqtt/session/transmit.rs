//! What leaves the session.

use nanorig_trace::Time;
use nanorig_wire::mqtt::{Packet, QoS};

use super::machine::Session;
use super::outbound::Stage;
use super::state::{Queued, State};
use super::{SessionEvent, Token, Transmit, mangle};
use crate::habits::Completion;

impl Session {
    /// The next bytes to send.
    pub fn poll_transmit(&mut self, now: Time) -> Option<Transmit> {
        if let Some(bytes) = self.oddities.pop_front() {
            return Some(Transmit { bytes, begins: None, completes: None });
        }
        if !self.may_send_next() {
            return None;
        }
        let Queued { packet, token } = self.queue.pop_front()?;
        let begins = self.note_sent(now, &packet, token);
        let once = matches!(&packet, Packet::Publish(publish) if publish.qos == QoS::AtMostOnce);
        let bytes = mangle::bytes(&packet, &self.settings.habits);
        Some(Transmit { bytes, begins, completes: begins.filter(|_| once) })
    }

    /// The bytes that complete this QoS 0 message were written.
    pub fn handle_written(&mut self, token: Token) {
        self.departing.retain(|other| *other != token);
    }

    /// The bytes that begin this message cannot be sent: it is done without an event.
    pub fn give_up(&mut self, token: Token) {
        self.departing.retain(|other| *other != token);
        if let Some(message) = self.outbound.take_token(token) {
            self.ids.release(message.id);
        }
    }

    /// MQTT-3.1.0-1: nothing before CONNECT, and nothing but CONNECT before CONNACK unless the habit says so.
    fn may_send_next(&self) -> bool {
        match (&self.state, self.queue.front()) {
            (State::Connecting { .. }, Some(next)) => {
                self.settings.habits.talks_before_connack || matches!(next.packet, Packet::Connect(_))
            }
            (State::Connected { .. } | State::Closing, Some(_)) => true,
            (State::Idle, _) | (_, None) => false,
        }
    }

    /// Books a packet that leaves. Returns the message that it is the first packet of.
    fn note_sent(&mut self, now: Time, packet: &Packet, token: Option<Token>) -> Option<Token> {
        if let State::Connected { keep_alive } = &mut self.state {
            keep_alive.sent(now);
            if matches!(packet, Packet::PingReq) {
                keep_alive.asks(now);
            }
        }
        let token = token?;
        match packet {
            Packet::Publish(publish) if publish.qos == QoS::AtMostOnce => {
                self.departing.push(token);
                return Some(token);
            }
            Packet::Publish(_) => {
                let mut begins = None;
                if let Some(message) = self.outbound.by_token(token) {
                    begins = Some(token).filter(|_| message.stage == Stage::Waiting);
                    message.stage = Stage::Published;
                    message.since = Some(now);
                }
                if self.settings.habits.completion == Completion::WhenSent {
                    self.deliver(token);
                }
                return begins;
            }
            Packet::PubRel(_) => {
                if let Some(message) = self.outbound.by_token(token) {
                    message.since = Some(now);
                }
            }
            Packet::Subscribe(_) | Packet::Unsubscribe(_) => {
                for request in self.subscriptions.requests_mut() {
                    if request.token == token {
                        request.sends += 1;
                        request.since = Some(now);
                    }
                }
            }
            _ => {}
        }
        None
    }

    /// Counts a message as delivered, whatever its stage.
    pub(super) fn deliver(&mut self, token: Token) {
        if let Some(message) = self.outbound.take_token(token) {
            self.ids.release(message.id);
            self.events.push_back(SessionEvent::Delivered { token });
        }
    }
}
