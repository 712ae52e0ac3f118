//! Messages on their way out that are not acknowledged yet, in the order of their first sending
//! (MQTT-4.6.0-1).

use std::time::Duration;

use nanorig_trace::Time;
use nanorig_wire::mqtt::{PacketId, Publish, QoS};

use super::Token;

/// How far a message has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    /// PUBLISH has not left the device.
    Waiting,
    /// PUBLISH was sent; PUBACK or PUBREC is due.
    Published,
    /// PUBREC came and PUBREL was sent; PUBCOMP is due.
    Released,
}

/// A QoS 1 or 2 message.
#[derive(Clone, Debug)]
pub(super) struct InFlight {
    pub(super) token: Token,
    pub(super) id: PacketId,
    pub(super) publish: Publish,
    pub(super) stage: Stage,
    /// When it was last sent on this connection, or the last step was taken; `None` while that is still to come.
    pub(super) since: Option<Time>,
}

/// The in-flight messages of a session.
#[derive(Debug, Default)]
pub(super) struct Outbound {
    messages: Vec<InFlight>,
}

impl Outbound {
    pub(super) fn len(&self) -> usize {
        self.messages.len()
    }

    pub(super) fn push(&mut self, message: InFlight) {
        self.messages.push(message);
    }

    #[cfg(test)]
    pub(super) fn iter(&self) -> impl Iterator<Item = &InFlight> {
        self.messages.iter()
    }

    pub(super) fn iter_mut(&mut self) -> impl DoubleEndedIterator<Item = &mut InFlight> {
        self.messages.iter_mut()
    }

    pub(super) fn by_token(&mut self, token: Token) -> Option<&mut InFlight> {
        self.messages.iter_mut().find(|message| message.token == token)
    }

    /// Takes out the QoS 1 message that waits for this PUBACK.
    pub(super) fn take_acknowledged(&mut self, id: PacketId) -> Option<InFlight> {
        self.take(|m| m.id == id && m.publish.qos == QoS::AtLeastOnce && m.stage == Stage::Published)
    }

    /// Takes out the QoS 2 message that waits for this PUBCOMP.
    pub(super) fn take_completed(&mut self, id: PacketId) -> Option<InFlight> {
        self.take(|m| m.id == id && m.stage == Stage::Released)
    }

    /// The QoS 2 message that waits for this PUBREC, or has had it.
    pub(super) fn received(&mut self, id: PacketId) -> Option<&mut InFlight> {
        self.messages
            .iter_mut()
            .find(|m| m.id == id && m.publish.qos == QoS::ExactlyOnce && m.stage != Stage::Waiting)
    }

    /// Takes out the oldest message that was sent.
    pub(super) fn take_oldest(&mut self) -> Option<InFlight> {
        self.take(|m| m.stage != Stage::Waiting)
    }

    pub(super) fn take_token(&mut self, token: Token) -> Option<InFlight> {
        self.take(|m| m.token == token)
    }

    pub(super) fn take_all(&mut self) -> Vec<InFlight> {
        std::mem::take(&mut self.messages)
    }

    /// When the first message has waited for `longest`.
    pub(super) fn overdue(&self, longest: Duration) -> Option<Time> {
        let waiting = self.messages.iter().filter(|m| m.stage != Stage::Waiting);
        waiting.filter_map(|m| m.since).min().map(|since| since + longest)
    }

    fn take(&mut self, wanted: impl Fn(&InFlight) -> bool) -> Option<InFlight> {
        let index = self.messages.iter().position(wanted)?;
        Some(self.messages.remove(index))
    }
}
