//! The session's timers, each named by its reason.

use nanorig_trace::Time;
use nanorig_wire::mqtt::Packet;

use super::machine::Session;
use super::outbound::Stage;
use super::state::{Queued, State};
use super::{CloseReason, Token};

/// Why the session wants to be woken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Timer {
    /// CONNACK is overdue.
    ConnAck,
    /// PINGREQ is due.
    Ping,
    /// PINGRESP is overdue.
    PingResp,
    /// The acknowledgement of a message is overdue.
    Ack,
    /// SUBACK or UNSUBACK is overdue.
    SubAck,
    /// A message is to be repeated on the live connection; a habit.
    Repeat,
}

impl Timer {
    /// All timers.
    pub const ALL: [Self; 6] =
        [Self::ConnAck, Self::Ping, Self::PingResp, Self::Ack, Self::SubAck, Self::Repeat];
}

impl Session {
    /// When [`handle_timeout`](Self::handle_timeout) is to be called, if nothing else happens before.
    #[must_use]
    pub fn next_deadline(&self) -> Option<Time> {
        Timer::ALL.into_iter().filter_map(|timer| self.deadline(timer)).min()
    }

    /// When this timer ends, `None` while it does not run.
    #[must_use]
    pub fn deadline(&self, timer: Timer) -> Option<Time> {
        let habits = &self.settings.habits;
        match (&self.state, timer) {
            (State::Connecting { asked, .. }, Timer::ConnAck) => Some(*asked + habits.connack_timeout?),
            (State::Connected { keep_alive }, Timer::Ping) => {
                // One PINGREQ in the queue is enough.
                let queued = self.queue.iter().any(|queued| matches!(queued.packet, Packet::PingReq));
                if queued { None } else { keep_alive.ping_due() }
            }
            (State::Connected { keep_alive }, Timer::PingResp) => keep_alive.pingresp_due(),
            (State::Connected { .. }, Timer::Ack) => self.outbound.overdue(habits.ack_timeout?),
            (State::Connected { .. }, Timer::SubAck) => {
                let timeout = habits.suback_timeout?;
                let sent = self.subscriptions.requests().iter().filter_map(|request| request.since);
                sent.map(|since| since + timeout).min()
            }
            (State::Connected { .. }, Timer::Repeat) if self.settings.version.may_repeat_live() => {
                self.outbound.overdue(habits.resend_live?)
            }
            _ => None,
        }
    }

    /// Time has passed: does what is due.
    pub fn handle_timeout(&mut self, now: Time) {
        for timer in Timer::ALL {
            if self.deadline(timer).is_some_and(|due| due <= now) {
                self.expire(now, timer);
            }
        }
    }

    fn expire(&mut self, now: Time, timer: Timer) {
        match timer {
            Timer::ConnAck => self.close(CloseReason::ConnAckTimeout),
            Timer::Ping => {
                // From now on, because what is being written may keep PINGREQ back for as long as it likes.
                if let State::Connected { keep_alive } = &mut self.state {
                    keep_alive.asks(now);
                }
                self.queue.push_back(Queued { packet: Packet::PingReq, token: None });
            }
            Timer::PingResp => self.close(CloseReason::PingRespTimeout),
            Timer::Ack => self.close(CloseReason::AckTimeout),
            Timer::SubAck => self.repeat_requests(now),
            Timer::Repeat => self.repeat_messages(now),
        }
    }

    /// Repeats overdue requests with their packet identifiers; after the last repetition the connection is
    /// given up, because what was subscribed is not known any more.
    fn repeat_requests(&mut self, now: Time) {
        let habits = &self.settings.habits;
        let Some(timeout) = habits.suback_timeout else { return };
        let sends = habits.subscribe_sends;
        let mut repeated = Vec::new();
        for request in self.subscriptions.requests_mut() {
            if request.since.is_some_and(|since| since + timeout <= now) {
                if request.sends >= sends {
                    return self.close(CloseReason::SubAckTimeout);
                }
                request.since = None;
                repeated.push(Queued { packet: request.packet.clone(), token: Some(request.token) });
            }
        }
        self.queue.extend(repeated);
    }

    fn repeat_messages(&mut self, now: Time) {
        let habits = &self.settings.habits;
        let Some(after) = habits.resend_live else { return };
        let dup = !habits.resend_live_without_dup;
        let mut due: Vec<(Token, Packet)> = Vec::new();
        for message in self.outbound.iter_mut() {
            if message.stage != Stage::Waiting && message.since.is_some_and(|since| since + after <= now) {
                message.since = Some(now);
                let packet = match message.stage {
                    Stage::Released => Packet::PubRel(message.id),
                    Stage::Waiting | Stage::Published if dup => {
                        Packet::Publish(self.settings.version.repeated(&message.publish))
                    }
                    Stage::Waiting | Stage::Published => Packet::Publish(message.publish.clone()),
                };
                due.push((message.token, packet));
            }
        }
        self.queue.extend(due.into_iter().map(|(token, packet)| Queued { packet, token: Some(token) }));
    }
}
