//! What a new connection inherits from the one before.

use std::collections::VecDeque;

use nanorig_wire::mqtt::Packet;

use super::machine::Session;
use super::outbound::{InFlight, Stage};
use super::state::Queued;
use super::{SessionEvent, Version};
use crate::habits::{Qos2Resume, Resend};

impl Session {
    /// Sends what an earlier connection left unacknowledged, in its order (MQTT-4.4.0-1, MQTT-4.6.0-1).
    pub(super) fn resend(&mut self) {
        let mut first = Vec::new();
        // The time for their acknowledgement begins when they are sent on this connection.
        self.outbound.iter_mut().for_each(|message| message.since = None);
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
                let from_start = self.settings.habits.qos2_resume == Qos2Resume::FromTheStart;
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
        let is_first =
            |queued: &Queued| queued.token.is_some() && first.iter().any(|other| other.token == queued.token);
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
