//! The session and its states.
//!
//! | state        | what happens                                  | next state   | what follows                    |
//! |--------------|-----------------------------------------------|--------------|---------------------------------|
//! | `Idle`       | the transport is open                         | `Connecting` | CONNECT                         |
//! | `Connecting` | CONNACK 0                                     | `Connected`  | resend, or forget the session   |
//! | `Connecting` | CONNACK 1 to 5                                | `Closing`    | `Refused`                       |
//! | `Connecting` | any other packet (MQTT-3.2.0-1)               | `Closing`    | `Protocol`                      |
//! | `Connecting` | the `ConnAck` timer                           | `Closing`    | `ConnAckTimeout`                |
//! | `Connected`  | a packet that fits                            | `Connected`  | its answer                      |
//! | `Connected`  | CONNACK, a malformed packet (MQTT-4.8.0-1)    | `Closing`    | `Protocol`                      |
//! | `Connected`  | PUBLISH larger than the budget                | `Connected`  | `Oversize`, payload left out    |
//! | `Connected`  | another packet larger than the budget         | `Closing`    | `TooLarge`                      |
//! | `Connected`  | the `Ping` timer                              | `Connected`  | PINGREQ                         |
//! | `Connected`  | the `PingResp`, `Ack` or `SubAck` timer       | `Closing`    | the time-out                    |
//! | not `Idle`   | the application is done                       | `Closing`    | DISCONNECT is the last packet   |
//! | not `Idle`   | the transport has ended                       | `Idle`       | `Lost`, unless already closed   |
//!
//! Timers have names and one [`next_deadline`](Session::next_deadline); see `timers.rs`.

use std::collections::{BTreeSet, VecDeque};
use std::time::Duration;

use bytes::Bytes;
use nanorig_trace::Time;
use nanorig_wire::mqtt::{Framer, Packet, PacketId, Publish, QoS, check_topic_filter, check_topic_name};

use super::keep_alive::KeepAlive;
use super::mangle;
use super::outbound::{InFlight, Outbound, Stage};
use super::oversize::Oversize;
use super::packet_ids::PacketIds;
use super::request::{Request, Subscriptions};
use super::{CloseReason, ConnectOptions, PublishError, SessionEvent, SubscribeError, Token, Transmit, Version};
use crate::habits::{Completion, ConnectForm, DisconnectForm, MqttHabits, Resend, Resubscribe};

/// What a session is made with.
#[derive(Clone, Debug)]
pub struct SessionSettings {
    /// Version of MQTT.
    pub version: Version,
    /// Most QoS 1 and 2 messages that may wait for their acknowledgements. Default 10, as IoT Hub's gateway allows.
    pub max_in_flight: usize,
    /// The firmware's decisions.
    pub habits: MqttHabits,
}

impl Default for SessionSettings {
    fn default() -> Self {
        Self { version: Version::V311, max_in_flight: 10, habits: MqttHabits::default() }
    }
}

/// A message to publish.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outgoing {
    /// Topic name.
    pub topic: String,
    /// The application's bytes.
    pub payload: Bytes,
    /// Quality of service.
    pub qos: QoS,
    /// Retain flag.
    pub retain: bool,
}

/// The state of a session without its data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StateName {
    /// No transport.
    Idle,
    /// CONNACK is awaited.
    Connecting,
    /// Connected.
    Connected,
    /// The transport is to be closed.
    Closing,
}

/// The state with the data that it truly has.
#[derive(Debug)]
pub(super) enum State {
    Idle,
    Connecting { asked: Time, keep_alive: Duration, clean_session: bool },
    Connected { keep_alive: KeepAlive },
    Closing,
}

/// A packet that waits to be sent, with the message that it carries.
#[derive(Debug)]
pub(super) struct Queued {
    pub(super) packet: Packet,
    pub(super) token: Option<Token>,
}

/// An MQTT client's session: see the module's header.
#[derive(Debug)]
pub struct Session {
    pub(super) settings: SessionSettings,
    pub(super) state: State,
    pub(super) framer: Framer,
    pub(super) ids: PacketIds,
    pub(super) outbound: Outbound,
    /// Received QoS 2 messages whose PUBREL has not come.
    pub(super) unreleased: BTreeSet<PacketId>,
    pub(super) subscriptions: Subscriptions,
    /// Subscriptions that were in force when the server lost them.
    pub(super) wanted: Vec<(String, QoS)>,
    pub(super) queue: VecDeque<Queued>,
    pub(super) events: VecDeque<SessionEvent>,
    pub(super) connections: u32,
    next_token: u64,
    /// Raw packets that only a quirk sends.
    pub(super) oddities: VecDeque<Vec<u8>>,
    /// A packet that is being left out.
    pub(super) oversize: Option<Oversize>,
    /// What the device's memory allows just now.
    pub(super) inbound_budget: usize,
}

impl Session {
    /// A session without a connection and without a past.
    #[must_use]
    pub fn new(settings: SessionSettings) -> Self {
        let ids = PacketIds::new(settings.habits.packet_ids);
        Self {
            settings,
            state: State::Idle,
            framer: Framer::new(usize::MAX),
            ids,
            outbound: Outbound::default(),
            unreleased: BTreeSet::new(),
            subscriptions: Subscriptions::default(),
            wanted: Vec::new(),
            queue: VecDeque::new(),
            events: VecDeque::new(),
            connections: 0,
            next_token: 0,
            oddities: VecDeque::new(),
            oversize: None,
            inbound_budget: usize::MAX,
        }
    }

    /// Says how large a packet the device's memory allows just now, besides the fixed limit of the habits.
    pub fn set_inbound_budget(&mut self, bytes: usize) {
        self.inbound_budget = bytes;
    }

    /// The state's name.
    #[must_use]
    pub fn state(&self) -> StateName {
        match self.state {
            State::Idle => StateName::Idle,
            State::Connecting { .. } => StateName::Connecting,
            State::Connected { .. } => StateName::Connected,
            State::Closing => StateName::Closing,
        }
    }

    /// Messages that wait for their acknowledgements.
    #[must_use]
    pub fn in_flight(&self) -> usize {
        self.outbound.len()
    }

    /// True when one more QoS 1 or 2 message may be published.
    #[must_use]
    pub fn has_room(&self) -> bool {
        self.outbound.len() < self.settings.max_in_flight
    }

    /// The transport is open: asks for a connection.
    pub fn connect(&mut self, now: Time, options: &ConnectOptions) {
        let habits = &self.settings.habits;
        self.framer = Framer::new(usize::MAX);
        self.oversize = None;
        self.queue.clear();
        self.connections += 1;
        let keep_alive = habits.announced_keep_alive.unwrap_or(options.keep_alive_s);
        self.state = State::Connecting {
            asked: now,
            keep_alive: Duration::from_secs(keep_alive.into()),
            clean_session: options.clean_session,
        };
        let packet = self.settings.version.connect(options, habits);
        if habits.connect == ConnectForm::Twice {
            self.queue.push_back(Queued { packet: packet.clone(), token: None });
        }
        self.queue.push_front(Queued { packet, token: None });
    }

    /// The transport has ended, by whomever.
    pub fn transport_closed(&mut self) {
        if matches!(self.state, State::Connecting { .. } | State::Connected { .. }) {
            self.finish(CloseReason::Lost);
        }
        self.queue.clear();
        self.oddities.clear();
        self.state = State::Idle;
    }

    /// The application is done: what is queued goes out, then DISCONNECT as the last packet (MQTT-3.14.4-2).
    pub fn disconnect(&mut self) {
        if matches!(self.state, State::Connected { .. }) {
            let form = self.settings.habits.disconnect;
            if form != DisconnectForm::Absent {
                self.queue.push_back(Queued { packet: Packet::Disconnect, token: None });
            }
            if form == DisconnectForm::TalksAfter {
                self.queue.push_back(Queued { packet: Packet::PingReq, token: None });
            }
        } else {
            self.queue.clear();
        }
        if !matches!(self.state, State::Idle | State::Closing) {
            self.finish(CloseReason::Requested);
        }
    }

    /// The device cannot go on with this connection.
    pub fn close(&mut self, reason: CloseReason) {
        if !matches!(self.state, State::Idle | State::Closing) {
            self.queue.clear();
            self.finish(reason);
        }
    }

    /// Forgets the session, for example because another server is to be connected to.
    pub fn forget(&mut self) {
        self.forget_messages();
        self.subscriptions.forget();
        self.wanted.clear();
        self.connections = 0;
    }

    /// Publishes a message. It is done with [`SessionEvent::Delivered`], at QoS 0 when
    /// [`Transmit::completes`] is written.
    ///
    /// # Errors
    /// The message was not taken; nothing has changed.
    pub fn publish(&mut self, now: Time, message: Outgoing) -> Result<Token, PublishError> {
        if !matches!(self.state, State::Connected { .. } | State::Connecting { .. }) {
            return Err(PublishError::NotConnected);
        }
        if !self.settings.habits.unchecked_topics {
            check_topic_name(&message.topic)?;
        }
        let Outgoing { topic, payload, qos, retain } = message;
        let mut publish = Publish { dup: false, qos, retain, topic, id: None, payload };
        let token = self.token();
        if qos != QoS::AtMostOnce {
            if !self.has_room() {
                return Err(PublishError::WindowFull { limit: self.settings.max_in_flight });
            }
            let id = self.ids.allocate().ok_or(PublishError::NoPacketId)?;
            publish.id = Some(id);
            if let Err(error) = Packet::Publish(publish.clone()).to_bytes() {
                self.ids.release(id);
                return Err(error.into());
            }
            let message = InFlight { token, id, publish: publish.clone(), stage: Stage::Waiting, since: now };
            self.outbound.push(message);
        }
        self.queue.push_back(Queued { packet: Packet::Publish(publish), token: Some(token) });
        Ok(token)
    }

    /// Asks for subscriptions. Answered by [`SessionEvent::Subscribed`] or [`SessionEvent::RequestLost`].
    ///
    /// # Errors
    /// Nothing was asked for.
    pub fn subscribe(&mut self, filters: Vec<(String, QoS)>) -> Result<Token, SubscribeError> {
        for (filter, _) in &filters {
            check_topic_filter(filter)?;
        }
        self.wanted.retain(|(old, _)| filters.iter().all(|(new, _)| new != old));
        self.wanted.extend(filters.iter().cloned());
        self.request(filters.is_empty(), |token, id| Request::subscribe(token, id, filters))
    }

    /// Ends subscriptions. Answered by [`SessionEvent::Unsubscribed`] or [`SessionEvent::RequestLost`].
    ///
    /// # Errors
    /// Nothing was asked for.
    pub fn unsubscribe(&mut self, filters: Vec<String>) -> Result<Token, SubscribeError> {
        for filter in &filters {
            check_topic_filter(filter)?;
        }
        self.wanted.retain(|(filter, _)| !filters.contains(filter));
        self.request(filters.is_empty(), |token, id| Request::unsubscribe(token, id, filters))
    }

    /// Subscriptions that the application has asked for and that the server does not have, according to
    /// its `session_present` (MQTT-3.2.2-3).
    #[must_use]
    pub fn missing_subscriptions(&self, session_present: bool) -> Vec<(String, QoS)> {
        match self.settings.habits.resubscribe {
            Resubscribe::Always => self.wanted.clone(),
            Resubscribe::OnlyAtFirst if self.connections > 1 => Vec::new(),
            _ if session_present => {
                let active = self.subscriptions.active();
                let has = |filter: &String| active.iter().any(|(other, _)| other == filter);
                self.wanted.iter().filter(|(filter, _)| !has(filter)).cloned().collect()
            }
            _ => self.wanted.clone(),
        }
    }

    /// The next bytes to send.
    pub fn poll_transmit(&mut self, now: Time) -> Option<Transmit> {
        if let Some(bytes) = self.oddities.pop_front() {
            return Some(Transmit { bytes, completes: None });
        }
        if !self.may_send_next() {
            return None;
        }
        let Queued { packet, token } = self.queue.pop_front()?;
        let completes = self.note_sent(now, &packet, token);
        let bytes = mangle::bytes(&packet, &self.settings.habits);
        Some(Transmit { bytes, completes })
    }

    /// The next thing that happened.
    pub fn poll_event(&mut self) -> Option<SessionEvent> {
        self.events.pop_front()
    }

    /// Bytes received that are not yet a whole packet.
    #[must_use]
    pub fn pending_bytes(&self) -> usize {
        self.framer.pending().len()
    }

    /// Size of the packet that is being received, as its header claims; 0 between packets.
    #[must_use]
    pub fn incoming_bytes(&self) -> usize {
        let pending = self.framer.pending();
        let Some((_, length)) = pending.split_first() else { return 0 };
        let mut remaining = 0;
        for (index, byte) in length.iter().take(4).enumerate() {
            remaining |= usize::from(byte & 0x7f) << (7 * index);
            if byte & 0x80 == 0 {
                return 2 + index + remaining;
            }
        }
        pending.len()
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

    /// Books a packet that leaves. Returns the QoS 0 message that is done with it.
    fn note_sent(&mut self, now: Time, packet: &Packet, token: Option<Token>) -> Option<Token> {
        if let State::Connected { keep_alive } = &mut self.state {
            keep_alive.sent(now);
            if matches!(packet, Packet::PingReq) {
                keep_alive.asks(now);
            }
        }
        let token = token?;
        match packet {
            Packet::Publish(publish) if publish.qos == QoS::AtMostOnce => return Some(token),
            Packet::Publish(_) => {
                if let Some(message) = self.outbound.by_token(token) {
                    message.stage = Stage::Published;
                    message.since = now;
                }
                if self.settings.habits.completion == Completion::WhenSent {
                    self.deliver(token);
                }
            }
            Packet::PubRel(_) => {
                if let Some(message) = self.outbound.by_token(token) {
                    message.since = now;
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

    /// Sends what an earlier connection left unacknowledged, in its order (MQTT-4.4.0-1, MQTT-4.6.0-1).
    pub(super) fn resend(&mut self) {
        let mut first = Vec::new();
        match self.settings.habits.resend {
            Resend::Never => return self.forget_messages(),
            Resend::NewId => {
                for message in self.outbound.iter_mut() {
                    if let Some(id) = self.ids.allocate() {
                        self.ids.release(message.id);
                        message.id = id;
                        message.publish.id = Some(id);
                        message.stage = Stage::Waiting;
                    }
                    first.push(again(message, false, self.settings.version));
                }
            }
            Resend::SameIdDup | Resend::WithoutDup | Resend::Reversed => {
                let dup = self.settings.habits.resend != Resend::WithoutDup;
                let from_start = self.settings.habits.qos2_resume == crate::habits::Qos2Resume::FromTheStart;
                for message in self.outbound.iter_mut() {
                    if from_start && message.stage == Stage::Released {
                        message.stage = Stage::Published;
                    }
                    first.push(again(message, dup, self.settings.version));
                }
                if self.settings.habits.resend == Resend::Reversed {
                    first.reverse();
                }
            }
        }
        // Whatever the application has asked for since the transport opened comes after it.
        let is_first = |queued: &Queued| queued.token.is_some() && first.iter().any(|other| other.token == queued.token);
        let fresh: Vec<_> = self.queue.drain(..).filter(|queued| !is_first(queued)).collect();
        self.queue.extend(first);
        self.queue.extend(fresh);
    }

    /// Forgets every message of the session (MQTT-3.1.2-6).
    pub(super) fn forget_messages(&mut self) {
        for message in self.outbound.take_all() {
            self.ids.release(message.id);
            self.queue.retain(|queued| queued.token != Some(message.token));
            self.events.push_back(SessionEvent::Abandoned { token: message.token });
        }
        self.unreleased.clear();
    }

    /// Forgets the messages that an earlier connection left, but not those that were published since the
    /// transport opened and wait for CONNACK.
    pub(super) fn forget_old_messages(&mut self) {
        let waits = |queue: &VecDeque<Queued>, token| queue.iter().any(|queued| queued.token == Some(token));
        for message in self.outbound.take_all() {
            if waits(&self.queue, message.token) {
                self.outbound.push(message);
            } else {
                self.ids.release(message.id);
                self.events.push_back(SessionEvent::Abandoned { token: message.token });
            }
        }
        self.unreleased.clear();
    }

    /// Enters `Closing`: what depended on the connection is reported as lost.
    pub(super) fn finish(&mut self, reason: CloseReason) {
        self.state = State::Closing;
        self.framer = Framer::new(usize::MAX);
        self.oversize = None;
        for request in self.subscriptions.take_requests() {
            if let Some(id) = request.packet.packet_id() {
                self.ids.release(id);
            }
            self.queue.retain(|queued| queued.token != Some(request.token));
            self.events.push_back(SessionEvent::RequestLost { token: request.token });
        }
        if reason != CloseReason::Requested {
            for queued in self.queue.drain(..) {
                if let (Some(token), Packet::Publish(Publish { qos: QoS::AtMostOnce, .. })) =
                    (queued.token, &queued.packet)
                {
                    self.events.push_back(SessionEvent::Abandoned { token });
                }
            }
        }
        if let CloseReason::Refused(_) = reason
            && self.settings.habits.talks_after_refusal
        {
            self.oddities.push_back(vec![0xc0, 0x00]);
        }
        self.events.push_back(SessionEvent::Closed { reason });
    }

    fn request(
        &mut self,
        empty: bool,
        make: impl FnOnce(Token, PacketId) -> Request,
    ) -> Result<Token, SubscribeError> {
        if !matches!(self.state, State::Connected { .. } | State::Connecting { .. }) {
            return Err(SubscribeError::NotConnected);
        }
        if empty {
            return Err(SubscribeError::NoFilter);
        }
        let id = self.ids.allocate().ok_or(SubscribeError::NoPacketId)?;
        let token = self.token();
        let request = make(token, id);
        self.queue.push_back(Queued { packet: request.packet.clone(), token: Some(token) });
        self.subscriptions.ask(request);
        Ok(token)
    }

    fn token(&mut self) -> Token {
        self.next_token += 1;
        Token(self.next_token)
    }
}

/// The packet that an in-flight message is due.
fn again(message: &InFlight, dup: bool, version: Version) -> Queued {
    let packet = match message.stage {
        Stage::Waiting => Packet::Publish(message.publish.clone()),
        Stage::Published if dup => Packet::Publish(version.repeated(&message.publish)),
        Stage::Published => Packet::Publish(message.publish.clone()),
        // MQTT-4.3.3-1: never PUBLISH again once PUBREL was sent.
        Stage::Released => Packet::PubRel(message.id),
    };
    Queued { packet, token: Some(message.token) }
}
