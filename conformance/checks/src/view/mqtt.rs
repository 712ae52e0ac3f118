//! MQTT on one connection: messages, subscriptions, identity, the way it ended.

use std::time::Duration;

use nanorig_trace::Time;
use nanorig_trace::event::Party;
use nanorig_wire::hub::{Identity, Username};
use nanorig_wire::mqtt::{Packet, PacketId, PacketType, Publish, QoS, SubAckCode};

use super::{At, Connection, WirePacket};

/// One filter of a SUBSCRIBE.
#[derive(Clone, Copy, Debug)]
pub struct Subscription<'c> {
    /// When the server received it.
    pub at: At,
    /// The filter.
    pub filter: &'c str,
    /// QoS that was asked for.
    pub qos: QoS,
    /// What SUBACK says to it, and when; none when it never came.
    pub answer: Option<(At, SubAckCode)>,
}

impl Subscription<'_> {
    /// When the server granted it.
    #[must_use]
    pub fn granted(&self) -> Option<At> {
        self.answer.filter(|(_, code)| *code != SubAckCode::Failure).map(|(at, _)| at)
    }
}

impl<'t> Connection<'t> {
    /// Messages that the device published.
    pub fn published(&self) -> impl DoubleEndedIterator<Item = (At, &Publish)> + Clone {
        self.sent().filter_map(|(at, packet)| match packet {
            Packet::Publish(publish) => Some((at, publish)),
            _ => None,
        })
    }

    /// Messages that the server delivered.
    pub fn delivered(&self) -> impl DoubleEndedIterator<Item = (At, &Publish)> + Clone {
        self.received().filter_map(|(at, packet)| match packet {
            Packet::Publish(publish) => Some((at, publish)),
            _ => None,
        })
    }

    /// Messages that the server delivered at QoS 1, each with the PUBACK that answers it.
    #[must_use]
    pub fn acknowledgements(&self) -> Vec<(At, &Publish, Option<At>)> {
        // Each PUBACK answers one message.
        let mut acks: Vec<_> = self.pubacks_sent().collect();
        let delivered = self.delivered().filter(|(_, publish)| publish.qos == QoS::AtLeastOnce);
        let answered = delivered.map(|(at, publish)| {
            let place = acks.iter().position(|(when, id)| *when > at && Some(*id) == publish.id);
            (at, publish, place.map(|place| acks.remove(place).0))
        });
        answered.collect()
    }

    /// PUBACKs of the server.
    pub fn pubacks_received(&self) -> impl DoubleEndedIterator<Item = (At, PacketId)> + Clone {
        self.received().filter_map(|(at, packet)| match packet {
            Packet::PubAck(id) => Some((at, *id)),
            _ => None,
        })
    }

    /// PUBACKs of the device.
    pub fn pubacks_sent(&self) -> impl DoubleEndedIterator<Item = (At, PacketId)> + Clone {
        self.sent().filter_map(|(at, packet)| match packet {
            Packet::PubAck(id) => Some((at, *id)),
            _ => None,
        })
    }

    /// Packets of the device that are none, of this type by their first byte.
    pub fn malformed(&self, of: PacketType) -> impl Iterator<Item = (At, &nanorig_wire::mqtt::DecodeError)> {
        self.from_device().filter_map(move |packet| match &packet.mqtt {
            Some(Err(error)) if packet.packet_type() == Some(of) => Some((packet.at, error)),
            _ => None,
        })
    }

    /// Filters that the device subscribed to, in order.
    #[must_use]
    pub fn subscriptions(&self) -> Vec<Subscription<'_>> {
        let mut all = Vec::new();
        for (at, packet) in self.sent() {
            let Packet::Subscribe(subscribe) = packet else { continue };
            let suback = self.received().find_map(|(when, answer)| match answer {
                Packet::SubAck(suback) if when > at && suback.id == subscribe.id => Some((when, suback)),
                _ => None,
            });
            for (index, (filter, qos)) in subscribe.filters.iter().enumerate() {
                let answer =
                    suback.and_then(|(when, suback)| suback.codes.get(index).map(|code| (when, *code)));
                all.push(Subscription { at, filter, qos: *qos, answer });
            }
        }
        all
    }

    /// Filters that the device gave up, with the place of their UNSUBSCRIBE.
    pub fn unsubscribed(&self) -> impl Iterator<Item = (At, &str)> {
        self.sent()
            .filter_map(|(at, packet)| match packet {
                Packet::Unsubscribe(unsubscribe) => Some((at, unsubscribe)),
                _ => None,
            })
            .flat_map(|(at, unsubscribe)| unsubscribe.filters.iter().map(move |filter| (at, filter.as_str())))
    }

    /// The Keep Alive that the device announced; none without CONNECT or when it is turned off.
    #[must_use]
    pub fn keep_alive(&self) -> Option<Duration> {
        let (_, connect) = self.connect()?;
        (connect.keep_alive > 0).then(|| Duration::from_secs(connect.keep_alive.into()))
    }

    /// The user name as IoT Hub reads it.
    #[must_use]
    pub fn hub_username(&self) -> Option<Username> {
        let (_, connect) = self.connect()?;
        Username::parse(connect.username.as_deref()?).ok()
    }

    /// Who connects to the hub, by the client identifier.
    #[must_use]
    pub fn identity(&self) -> Option<Identity> {
        self.connect().and_then(|(_, connect)| connect.client_id.parse().ok())
    }

    /// True when the server resumed a stored session.
    #[must_use]
    pub fn session_present(&self) -> bool {
        self.connack().is_some_and(|(_, connack)| connack.session_present)
    }

    /// The first DISCONNECT.
    #[must_use]
    pub fn disconnect(&self) -> Option<At> {
        self.sent().find(|(_, packet)| matches!(packet, Packet::Disconnect)).map(|(at, _)| at)
    }

    /// When the device closed the connection.
    #[must_use]
    pub fn closed_by_device(&self) -> Option<At> {
        self.closed.filter(|closed| closed.by == Party::Device).map(|closed| closed.at)
    }

    /// When it was over: its end, or `last` while it is open.
    #[must_use]
    pub fn ended(&self, last: At) -> At {
        self.closed.map_or(last, |closed| closed.at)
    }

    /// True when the device could act on the connection from `from` for this long.
    #[must_use]
    pub fn lasts(&self, from: At, span: Duration, last: At) -> bool {
        self.ended(last).time >= from.time + span
    }

    /// True when the session was accepted before this place of the trace and not over.
    #[must_use]
    pub fn is_live(&self, at: At) -> bool {
        self.accepted().is_some_and(|accepted| accepted < at)
            && self.closed.is_none_or(|closed| closed.at > at)
    }

    /// The last packet of the device before `at`.
    #[must_use]
    pub fn last_from_device(&self, at: At) -> Option<&WirePacket<'t>> {
        self.from_device().rev().find(|packet| packet.at < at)
    }

    /// How long the accepted session lasted.
    #[must_use]
    pub fn session_length(&self, end: Time) -> Option<Duration> {
        let accepted = self.accepted()?;
        Some(self.closed.map_or(end, |closed| closed.at.time).since(accepted.time))
    }
}

impl WirePacket<'_> {
    /// The MQTT packet type by the first byte, also of a packet that is malformed otherwise.
    #[must_use]
    pub fn packet_type(&self) -> Option<PacketType> {
        if let Some((_, packet)) = self.decoded() {
            return Some(packet.packet_type());
        }
        self.mqtt.as_ref()?;
        self.bytes.first().and_then(|byte| PacketType::of_first_byte(*byte))
    }
}
