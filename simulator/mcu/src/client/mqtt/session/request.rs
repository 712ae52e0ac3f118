//! SUBSCRIBE and UNSUBSCRIBE that wait for their answers, and the subscriptions there are.

use nanorig_trace::Time;
use nanorig_wire::mqtt::{Packet, PacketId, QoS, SubAckCode, Subscribe, TopicFilter, Unsubscribe};

use super::Token;

/// A request that waits for its answer.
#[derive(Clone, Debug)]
pub(super) struct Request {
    pub(super) token: Token,
    pub(super) packet: Packet,
    pub(super) sends: u32,
    /// When it was last sent; `None` before that.
    pub(super) since: Option<Time>,
}

impl Request {
    pub(super) fn subscribe(token: Token, id: PacketId, filters: Vec<(String, QoS)>) -> Self {
        Self { token, packet: Packet::Subscribe(Subscribe { id, filters }), sends: 0, since: None }
    }

    pub(super) fn unsubscribe(token: Token, id: PacketId, filters: Vec<String>) -> Self {
        Self { token, packet: Packet::Unsubscribe(Unsubscribe { id, filters }), sends: 0, since: None }
    }
}

/// Requests under way and subscriptions in force.
#[derive(Debug, Default)]
pub(super) struct Subscriptions {
    requests: Vec<Request>,
    /// Filters with the QoS that was granted.
    active: Vec<(String, QoS)>,
}

impl Subscriptions {
    pub(super) fn ask(&mut self, request: Request) {
        self.requests.reserve_exact(1);
        self.requests.push(request);
    }

    pub(super) fn requests_mut(&mut self) -> &mut [Request] {
        &mut self.requests
    }

    pub(super) fn requests(&self) -> &[Request] {
        &self.requests
    }

    /// How many codes the answer to this SUBSCRIBE must have (MQTT-3.8.4-5).
    pub(super) fn filters_asked(&self, id: PacketId) -> Option<usize> {
        self.requests.iter().find_map(|request| match &request.packet {
            Packet::Subscribe(subscribe) if subscribe.id == id => Some(subscribe.filters.len()),
            _ => None,
        })
    }

    /// The SUBSCRIBE that this SUBACK answers: its token and the codes to report.
    pub(super) fn subscribed(
        &mut self,
        id: PacketId,
        codes: &[SubAckCode],
        ignores_codes: bool,
    ) -> Option<(Token, Vec<SubAckCode>)> {
        let of_id = |request: &Request| matches!(&request.packet, Packet::Subscribe(s) if s.id == id);
        let index = self.requests.iter().position(of_id)?;
        let request = self.remove(index);
        let Packet::Subscribe(subscribe) = request.packet else { return None };
        let mut reported = Vec::with_capacity(subscribe.filters.len());
        for (at, (filter, asked)) in subscribe.filters.into_iter().enumerate() {
            let code = codes.get(at).filter(|_| !ignores_codes);
            let code = code.copied().unwrap_or(SubAckCode::Granted(asked));
            reported.push(code);
            self.active.retain(|(other, _)| *other != filter);
            if let SubAckCode::Granted(qos) = code {
                self.active.push((filter, qos));
            }
        }
        Some((request.token, reported))
    }

    /// The UNSUBSCRIBE that this UNSUBACK answers.
    pub(super) fn unsubscribed(&mut self, id: PacketId) -> Option<Token> {
        let of_id = |request: &Request| matches!(&request.packet, Packet::Unsubscribe(u) if u.id == id);
        let index = self.requests.iter().position(of_id)?;
        let request = self.remove(index);
        if let Packet::Unsubscribe(unsubscribe) = &request.packet {
            self.active.retain(|(filter, _)| !unsubscribe.filters.contains(filter));
        }
        Some(request.token)
    }

    /// Requests are rare, so that an empty list keeps no room.
    fn remove(&mut self, index: usize) -> Request {
        let request = self.requests.remove(index);
        self.requests.shrink_to_fit();
        request
    }

    /// Gives up the requests of a connection that ended.
    pub(super) fn take_requests(&mut self) -> Vec<Request> {
        std::mem::take(&mut self.requests)
    }

    /// The subscriptions in force.
    pub(super) fn active(&self) -> &[(String, QoS)] {
        &self.active
    }

    /// The server has no session any more.
    pub(super) fn forget(&mut self) {
        self.active.clear();
    }

    /// True when a subscription in force covers `topic`.
    pub(super) fn covers(&self, topic: &str) -> bool {
        self.active.iter().any(|(filter, _)| matches(filter, topic))
    }

    /// True when a subscription that is asked for, but not confirmed, covers `topic`.
    pub(super) fn may_cover(&self, topic: &str) -> bool {
        self.requests.iter().any(|request| match &request.packet {
            Packet::Subscribe(subscribe) => {
                subscribe.filters.iter().any(|(filter, _)| matches(filter, topic))
            }
            _ => false,
        })
    }
}

fn matches(filter: &str, topic: &str) -> bool {
    TopicFilter::new(filter).is_ok_and(|filter| filter.matches(topic))
}
