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

use nanorig_trace::Time;
use nanorig_wire::mqtt::{
    EncodeError, Framer, MAX_REMAINING_LENGTH, Packet, PacketId, Publish, QoS, check_topic_filter,
    check_topic_name,
};

use super::outbound::{InFlight, Outbound, Stage};
use super::oversize::Oversize;
use super::packet_ids::PacketIds;
use super::request::{Request, Subscriptions};
use super::state::{Outgoing, Queued, SessionSettings, State, StateName};
use super::{CloseReason, ConnectOptions, PublishError, SessionEvent, SubscribeError, Token};
use crate::habits::{ConnectForm, DisconnectForm, Resubscribe};

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
    /// QoS 0 messages whose bytes were taken and of which nobody knows yet whether they were written.
    pub(super) departing: Vec<Token>,
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
            departing: Vec::new(),
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

    /// Most messages that may wait for their acknowledgements.
    #[must_use]
    pub fn window(&self) -> usize {
        self.settings.max_in_flight
    }

    /// Whether these options have a layout as CONNECT.
    ///
    /// # Errors
    /// A field is too long.
    pub fn check(&self, options: &ConnectOptions) -> Result<(), EncodeError> {
        self.settings.version.connect(options, &self.settings.habits).encode(&mut Vec::new())
    }

    /// The transport is open: asks for a connection.
    ///
    /// # Errors
    /// As [`check`](Self::check); nothing has changed.
    pub fn connect(&mut self, now: Time, options: &ConnectOptions) -> Result<(), EncodeError> {
        self.check(options)?;
        let habits = &self.settings.habits;
        self.framer = Framer::new(usize::MAX);
        self.oversize = None;
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
        if habits.talks_before_connack {
            self.queue.push_back(Queued { packet: Packet::PingReq, token: None });
        }
        Ok(())
    }

    /// The transport has failed; `kind` is the word of its error.
    pub fn transport_failed(&mut self, kind: &'static str) {
        self.close(CloseReason::Transport(kind));
    }

    /// The transport has ended, by whomever.
    pub fn transport_closed(&mut self) {
        self.close(CloseReason::Lost);
        // What an orderly end has left behind, and what did not get through.
        self.drop_queue();
        let abandoned = |token| SessionEvent::Abandoned { token };
        self.events.extend(self.departing.drain(..).map(abandoned));
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
            self.finish(CloseReason::Requested);
        } else {
            self.close(CloseReason::Requested);
        }
    }

    /// The device cannot go on with this connection.
    pub fn close(&mut self, reason: CloseReason) {
        if !matches!(self.state, State::Idle | State::Closing) {
            self.drop_queue();
            self.finish(reason);
        }
    }

    /// Nothing that waits will be sent. QoS 1 and 2 messages stay in flight; those at QoS 0 are lost.
    fn drop_queue(&mut self) {
        for queued in self.queue.drain(..) {
            if let (Some(token), Packet::Publish(Publish { qos: QoS::AtMostOnce, .. })) =
                (queued.token, &queued.packet)
            {
                self.events.push_back(SessionEvent::Abandoned { token });
            }
        }
    }

    /// Forgets the session, for example because another server is to be connected to.
    pub fn forget(&mut self) {
        self.forget_messages();
        self.subscriptions.forget();
        self.wanted.clear();
        self.connections = 0;
    }

    /// Publishes a message. It is done with [`SessionEvent::Delivered`], at QoS 0 with
    /// [`handle_written`](Self::handle_written), without either with [`SessionEvent::Abandoned`] or
    /// [`give_up`](Self::give_up).
    ///
    /// # Errors
    /// The message was not taken; nothing has changed.
    pub fn publish(&mut self, message: Outgoing) -> Result<Token, PublishError> {
        if !matches!(self.state, State::Connected { .. } | State::Connecting { .. }) {
            return Err(PublishError::NotConnected);
        }
        if !self.settings.habits.unchecked_topics {
            check_topic_name(&message.topic)?;
        }
        let Outgoing { topic, payload, qos, retain } = message;
        // Length of the topic, packet identifier.
        let bytes = 2 + topic.len() + 2 + payload.len();
        if topic.len() > usize::from(u16::MAX) || bytes > MAX_REMAINING_LENGTH {
            return Err(EncodeError::PacketTooLarge { bytes }.into());
        }
        let mut publish = Publish { dup: false, qos, retain, topic, id: None, payload };
        let token = self.token();
        if qos != QoS::AtMostOnce {
            if self.in_flight() >= self.window() {
                return Err(PublishError::WindowFull { limit: self.window() });
            }
            let id = self.ids.allocate().ok_or(PublishError::NoPacketId)?;
            publish.id = Some(id);
            let message =
                InFlight { token, id, publish: publish.clone(), stage: Stage::Waiting, since: None };
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
