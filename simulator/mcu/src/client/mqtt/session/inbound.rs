//! What the server sends, and the session's answers.

use nanorig_trace::Time;
use nanorig_wire::mqtt::{
    ConnAck, ConnectCode, DecodeError, Framer, Packet, PacketId, Publish, QoS, Sender, SubAck,
};

use super::keep_alive::KeepAlive;
use super::machine::Session;
use super::outbound::Stage;
use super::oversize::Oversize;
use super::remains::Remains;
use super::state::{Queued, State};
use super::{AckToken, CloseReason, SessionEvent};
use crate::habits::{AckOrder, Acknowledge, Completion, Malformed, Qos2Receive, ReadUse};

impl Session {
    /// Bytes came. They may hold any number of packets and parts of packets.
    pub fn receive(&mut self, now: Time, mut bytes: &[u8]) {
        if matches!(self.state, State::Idle | State::Closing) {
            return;
        }
        if let Some(oversize) = &mut self.oversize {
            bytes = oversize.swallow(bytes);
            if oversize.is_over() {
                self.finish_oversize(now);
            }
        }
        if bytes.is_empty() {
            return;
        }
        if self.settings.habits.read == ReadUse::OnePacket {
            return self.receive_alone(now, bytes);
        }
        self.framer.push(bytes);
        while matches!(self.state, State::Connecting { .. } | State::Connected { .. }) {
            let claimed = self.incoming_bytes();
            let limit = self.settings.habits.max_inbound.map(|limit| limit.min(self.inbound_budget));
            if let Some(limit) = limit.filter(|limit| claimed > *limit) {
                self.begin_oversize(now, claimed, limit);
                if self.oversize.is_some() {
                    return;
                }
                continue;
            }
            match self.framer.next_frame() {
                Ok(Some(frame)) => match Packet::decode(&frame, Sender::Server) {
                    Ok(packet) => self.handle_packet(now, packet),
                    Err(error) => self.handle_malformed(&error),
                },
                Ok(None) => break,
                Err(error) => {
                    self.handle_malformed(&error);
                    // Where the next packet begins is not known: a client that skips starts over.
                    self.framer = Framer::new(usize::MAX);
                    break;
                }
            }
        }
    }

    /// A habit: what one read gave is one packet. What follows it is lost.
    fn receive_alone(&mut self, now: Time, bytes: &[u8]) {
        let mut framer = Framer::new(usize::MAX);
        framer.push(bytes);
        match framer.next_frame() {
            Ok(Some(frame)) => match Packet::decode(&frame, Sender::Server) {
                Ok(packet) => self.handle_packet(now, packet),
                Err(error) => self.handle_malformed(&error),
            },
            Ok(None) => self.close(CloseReason::Protocol("a read that holds no whole packet".into())),
            Err(error) => self.handle_malformed(&error),
        }
    }

    /// A packet's header claims more than fits.
    fn begin_oversize(&mut self, now: Time, bytes: usize, limit: usize) {
        let come = self.framer.pending().to_vec();
        self.framer = Framer::new(usize::MAX);
        let (own, rest) = come.split_at(come.len().min(bytes));
        let connected = matches!(self.state, State::Connected { .. });
        match Oversize::begin(own, bytes, limit).filter(|_| connected) {
            Some(oversize) => {
                let over = oversize.is_over();
                self.oversize = Some(oversize);
                if over {
                    self.framer.push(rest);
                    self.finish_oversize(now);
                }
            }
            None => self.close(CloseReason::TooLarge { bytes, limit }),
        }
    }

    /// A packet that was left out has passed.
    fn finish_oversize(&mut self, now: Time) {
        let Some(oversize) = self.oversize.take() else { return };
        if let State::Connected { keep_alive } = &mut self.state {
            keep_alive.received(now);
        }
        let (bytes, limit) = (oversize.bytes, oversize.limit);
        let Some(remains) = oversize.remains() else {
            return self.close(CloseReason::TooLarge { bytes, limit });
        };
        let known_topic = self.subscriptions.covers(&remains.topic);
        let ack = remains.id.map(|id| AckToken { id, qos: remains.qos, dup: remains.dup, known_topic });
        self.events.push_back(SessionEvent::Oversize { topic: remains.topic, bytes, limit, ack });
    }

    /// The other side has ended the stream in order.
    pub fn stream_ended(&mut self) {
        let takes = self.settings.habits.takes_partial_at_end;
        if !takes || !matches!(self.state, State::Connected { .. }) {
            return;
        }
        let partial = Remains::read(self.framer.pending()).map(|(remains, payload)| Publish {
            dup: remains.dup,
            qos: remains.qos,
            retain: false,
            topic: remains.topic,
            id: remains.id,
            payload: payload.to_vec().into(),
        });
        if let Some(publish) = partial {
            self.handle_publish(publish);
        }
    }

    /// Acknowledges a message that was taken, in the order of reception (MQTT-4.6.0-2).
    pub fn accept(&mut self, ack: AckToken) {
        if !matches!(self.state, State::Connected { .. }) {
            return;
        }
        let wanted = match self.settings.habits.acknowledge {
            Acknowledge::Always => true,
            Acknowledge::Never => false,
            Acknowledge::KnownTopicsOnly => ack.known_topic,
            Acknowledge::FirstDeliveryOnly => !ack.dup,
        };
        let packet = match ack.qos {
            QoS::ExactlyOnce => {
                self.unreleased.insert(ack.id);
                Packet::PubRec(ack.id)
            }
            _ if !wanted => return,
            _ => Packet::PubAck(ack.id),
        };
        let queued = Queued { packet, token: None };
        match self.settings.habits.ack_order {
            AckOrder::Reception => self.queue.push_back(queued),
            AckOrder::Reversed => self.queue.push_front(queued),
        }
    }

    /// MQTT-4.8.0-1: a packet that breaks the protocol ends the connection.
    fn handle_malformed(&mut self, error: &DecodeError) {
        if self.settings.habits.malformed == Malformed::Skip {
            return;
        }
        self.close(CloseReason::Protocol(error.to_string()));
    }

    fn violation(&mut self, what: &str, clause: &str) {
        if self.settings.habits.malformed == Malformed::Close {
            self.close(CloseReason::Protocol(format!("{what} [{clause}]")));
        }
    }

    fn handle_packet(&mut self, now: Time, packet: Packet) {
        match &mut self.state {
            State::Connecting { .. } => match packet {
                Packet::ConnAck(connack) => self.handle_connack(now, connack),
                Packet::Publish(publish) if self.settings.habits.any_first_packet => {
                    self.events.push_back(SessionEvent::Message { publish, ack: None });
                }
                _ if self.settings.habits.any_first_packet => {}
                other => {
                    let what = format!("{} before connack", other.packet_type());
                    self.close(CloseReason::Protocol(format!("{what} [MQTT-3.2.0-1]")));
                }
            },
            State::Connected { keep_alive } => {
                keep_alive.received(now);
                self.handle_connected(now, packet);
            }
            State::Idle | State::Closing => {}
        }
    }

    fn handle_connack(&mut self, now: Time, connack: ConnAck) {
        let State::Connecting { asked, keep_alive, clean_session } = self.state else { return };
        let ConnAck { session_present, code } = connack;
        if code != ConnectCode::Accepted {
            return self.close(CloseReason::Refused(code));
        }
        if clean_session && session_present {
            // MQTT-3.2.2-1: the server must not have kept anything.
            return self.violation("session present after clean session", "MQTT-3.2.2-1");
        }
        let habit = self.settings.habits.keep_alive;
        self.state = State::Connected { keep_alive: KeepAlive::new(keep_alive, habit, asked, now) };
        if !session_present {
            self.subscriptions.forget();
            self.unreleased.clear();
        }
        let forget = clean_session && !self.settings.habits.keeps_state_over_clean;
        if forget {
            self.forget_old_messages();
        }
        if !forget && (session_present || self.settings.version.resends_without_server_session()) {
            self.resend();
        }
        self.events.push_back(SessionEvent::Connected { session_present });
    }

    fn handle_connected(&mut self, now: Time, packet: Packet) {
        match packet {
            Packet::Publish(publish) => self.handle_publish(publish),
            Packet::PubAck(id) => self.handle_puback(id),
            Packet::PubRec(id) => self.handle_pubrec(now, id),
            Packet::PubRel(id) => {
                // An unknown identifier is answered too: the PUBCOMP of an earlier connection was lost.
                self.unreleased.remove(&id);
                self.queue.push_back(Queued { packet: Packet::PubComp(id), token: None });
            }
            Packet::PubComp(id) => {
                if let Some(message) = self.outbound.take_completed(id) {
                    self.ids.release(id);
                    self.events.push_back(SessionEvent::Delivered { token: message.token });
                }
            }
            Packet::SubAck(SubAck { id, codes }) => {
                let ignores = self.settings.habits.ignores_suback;
                let asked = self.subscriptions.filters_asked(id).filter(|_| !ignores);
                if asked.is_some_and(|asked| asked != codes.len()) {
                    return self.violation("suback without one code for each filter", "MQTT-3.8.4-5");
                }
                // An unknown identifier is ignored: an answer of an earlier request may be late.
                if let Some((token, codes)) = self.subscriptions.subscribed(id, &codes, ignores) {
                    self.ids.release(id);
                    self.events.push_back(SessionEvent::Subscribed { token, codes });
                }
            }
            Packet::UnsubAck(id) => {
                if let Some(token) = self.subscriptions.unsubscribed(id) {
                    self.ids.release(id);
                    self.events.push_back(SessionEvent::Unsubscribed { token });
                }
            }
            Packet::PingResp => self.handle_pingresp(),
            other => {
                let what = format!("{} on a connection that is established", other.packet_type());
                self.violation(&what, "MQTT-4.8.0-1");
            }
        }
    }

    fn handle_publish(&mut self, publish: Publish) {
        let covered = self.subscriptions.covers(&publish.topic);
        let may_be_covered = covered || self.subscriptions.may_cover(&publish.topic);
        let ack = publish.id.map(|id| AckToken {
            id,
            qos: publish.qos,
            dup: publish.dup,
            known_topic: may_be_covered,
        });
        let habits = &self.settings.habits;
        let early = !covered && may_be_covered && habits.drops_early_publish;
        let repeated = publish.qos == QoS::ExactlyOnce
            && publish.id.is_some_and(|id| self.unreleased.contains(&id))
            && habits.qos2_receive == Qos2Receive::Once;
        // MQTT-4.3.3-2: the application does not see a repeated QoS 2 message, the server sees PUBREC again.
        match ack {
            Some(ack) if early || repeated => self.accept(ack),
            _ if early => {}
            ack => self.events.push_back(SessionEvent::Message { publish, ack }),
        }
    }

    fn handle_puback(&mut self, id: PacketId) {
        let message = match self.settings.habits.completion {
            Completion::AnyAck => self.outbound.take_oldest(),
            Completion::OwnAck | Completion::WhenSent => self.outbound.take_acknowledged(id),
        };
        // An unknown identifier is ignored; it completes nothing else.
        if let Some(message) = message {
            self.ids.release(message.id);
            self.events.push_back(SessionEvent::Delivered { token: message.token });
        }
    }

    fn handle_pubrec(&mut self, now: Time, id: PacketId) {
        let token = self.outbound.received(id).map(|message| {
            message.stage = Stage::Released;
            message.since = Some(now);
            message.token
        });
        if token.is_some() {
            self.queue.push_back(Queued { packet: Packet::PubRel(id), token });
        }
    }

    fn handle_pingresp(&mut self) {
        let State::Connected { keep_alive } = &mut self.state else { return };
        if !keep_alive.answered() && self.settings.habits.closes_on_unasked_pingresp {
            self.close(CloseReason::Protocol("pingresp without pingreq".into()));
        }
    }
}
