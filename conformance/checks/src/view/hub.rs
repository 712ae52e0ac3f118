//! What a device and IoT Hub said to each other on one connection.

use std::time::Duration;

use nanorig_wire::hub::{DeviceFilter, DevicePublish, HubDelivery, Identity, PropertyBag, is_same_rid};
use nanorig_wire::mqtt::{PacketId, Publish, QoS};
use serde_json::Value;

use super::{At, Connection};

/// What a device wants of its twin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TwinOperation {
    /// To read it.
    Get,
    /// To change its reported properties.
    Report,
}

/// A twin request with its answer.
#[derive(Clone, Debug)]
pub struct TwinRequest<'c> {
    /// When the hub received it.
    pub at: At,
    /// Request id.
    pub rid: String,
    /// What it asks for.
    pub operation: TwinOperation,
    /// Its body.
    pub payload: &'c [u8],
    /// The first answer to this request id after it.
    pub answer: Option<TwinAnswer<'c>>,
}

/// The hub's answer to a twin request.
#[derive(Clone, Copy, Debug)]
pub struct TwinAnswer<'c> {
    /// When it was sent.
    pub at: At,
    /// HTTP-like status.
    pub status: u16,
    /// Its body.
    pub payload: &'c [u8],
}

impl TwinAnswer<'_> {
    /// `$version` of the desired section in the answer to a read.
    #[must_use]
    pub fn desired_version(&self) -> Option<i64> {
        let twin: Value = serde_json::from_slice(self.payload).ok()?;
        twin.pointer("/desired/$version")?.as_i64()
    }

    /// The desired section in the answer to a read.
    #[must_use]
    pub fn desired(&self) -> Option<Value> {
        let twin: Value = serde_json::from_slice(self.payload).ok()?;
        twin.get("desired").cloned()
    }
}

/// A direct method call with its answers.
#[derive(Clone, Debug)]
pub struct MethodCall<'c> {
    /// When the hub sent it.
    pub at: At,
    /// Its name.
    pub name: String,
    /// Request id.
    pub rid: String,
    /// Its body.
    pub payload: &'c [u8],
    /// When the hub delivered it: first at [`Self::at`], and perhaps again while it waited for an answer.
    pub deliveries: Vec<At>,
    /// What the device answered to this request id before it was used again.
    pub answers: Vec<MethodAnswer<'c>>,
}

/// A call with the same request id, name and payload is the same call delivered again for so long as it may be answered.
const REPEATED_WITHIN: Duration = Duration::from_secs(30);

/// A device's answer to a direct method.
#[derive(Clone, Debug)]
pub struct MethodAnswer<'c> {
    /// When the hub received it.
    pub at: At,
    /// The device's status.
    pub status: i32,
    /// Request id as the device wrote it.
    pub rid: String,
    /// Its body.
    pub payload: &'c [u8],
}

/// Changed desired properties that the hub delivered.
#[derive(Clone, Debug)]
pub struct DesiredPush {
    /// When they were sent.
    pub at: At,
    /// `$version`.
    pub version: i64,
    /// The patch.
    pub patch: Value,
}

/// A cloud-to-device message that the hub delivered.
#[derive(Clone, Debug)]
pub struct C2dDelivery<'c> {
    /// When it was sent.
    pub at: At,
    /// Packet identifier, at QoS 1.
    pub id: Option<PacketId>,
    /// Its properties.
    pub bag: PropertyBag,
    /// The message.
    pub publish: &'c Publish,
}

impl Connection<'_> {
    /// What the device published, by the hub's topics; topics that do not exist are left out.
    pub fn hub_publishes(&self) -> impl Iterator<Item = (At, DevicePublish, &Publish)> {
        let own = self.identity();
        self.published().filter_map(move |(at, publish)| {
            Some((at, DevicePublish::parse(&publish.topic, own.as_ref()?).ok()?, publish))
        })
    }

    /// What the hub delivered, by its topics.
    pub fn hub_deliveries(&self) -> impl Iterator<Item = (At, HubDelivery, &Publish)> {
        let own = self.identity();
        self.delivered().filter_map(move |(at, publish)| {
            Some((at, HubDelivery::parse(&publish.topic, own.as_ref()?).ok()?, publish))
        })
    }

    /// Telemetry that the device published.
    pub fn telemetry(&self) -> impl Iterator<Item = (At, PropertyBag, &Publish)> {
        self.hub_publishes().filter_map(|(at, what, publish)| match what {
            DevicePublish::Telemetry { bag } => Some((at, bag, publish)),
            _ => None,
        })
    }

    /// Twin requests with their answers.
    #[must_use]
    pub fn twin_requests(&self) -> Vec<TwinRequest<'_>> {
        let mut requests: Vec<TwinRequest<'_>> = Vec::new();
        for (at, what, publish) in self.hub_publishes() {
            let (operation, rid) = match what {
                DevicePublish::TwinGet { rid } => (TwinOperation::Get, rid),
                DevicePublish::TwinReport { rid, .. } => (TwinOperation::Report, rid),
                _ => continue,
            };
            requests.push(TwinRequest { at, rid, operation, payload: &publish.payload, answer: None });
        }
        for (at, what, publish) in self.hub_deliveries() {
            let HubDelivery::TwinResponse { status, rid, .. } = what else { continue };
            let asked = requests
                .iter_mut()
                .find(|request| request.at < at && request.rid == rid && request.answer.is_none());
            if let Some(request) = asked {
                request.answer = Some(TwinAnswer { at, status, payload: &publish.payload });
            }
        }
        requests
    }

    /// Direct method calls with their answers.
    #[must_use]
    pub fn method_calls(&self) -> Vec<MethodCall<'_>> {
        let mut calls: Vec<MethodCall<'_>> = Vec::new();
        for (at, what, publish) in self.hub_deliveries() {
            if let HubDelivery::Method { name, rid } = what {
                let payload = &publish.payload[..];
                let repeated = calls.iter_mut().find(|call| {
                    call.rid == rid
                        && call.name == name
                        && call.payload == payload
                        && at.since(call.at) < REPEATED_WITHIN
                });
                match repeated {
                    Some(call) => call.deliveries.push(at),
                    None => {
                        calls.push(MethodCall {
                            at,
                            name,
                            rid,
                            payload,
                            deliveries: vec![at],
                            answers: Vec::new(),
                        });
                    }
                }
            }
        }
        for answer in self.method_answers() {
            let called = calls
                .iter_mut()
                .rev()
                .find(|call| call.at < answer.at && is_same_rid(&call.rid, &answer.rid));
            if let Some(call) = called {
                call.answers.push(answer);
            }
        }
        calls
    }

    /// Answers to direct methods, whether they were called here or not.
    #[must_use]
    pub fn method_answers(&self) -> Vec<MethodAnswer<'_>> {
        let answers = self.hub_publishes().filter_map(|(at, what, publish)| match what {
            DevicePublish::MethodResponse { status, rid } => {
                Some(MethodAnswer { at, status, rid, payload: &publish.payload })
            }
            _ => None,
        });
        answers.collect()
    }

    /// Changed desired properties that the hub delivered.
    #[must_use]
    pub fn desired_pushes(&self) -> Vec<DesiredPush> {
        let pushes = self.hub_deliveries().filter_map(|(at, what, publish)| match what {
            HubDelivery::Desired { version } => {
                let patch = serde_json::from_slice(&publish.payload).unwrap_or(Value::Null);
                Some(DesiredPush { at, version, patch })
            }
            _ => None,
        });
        pushes.collect()
    }

    /// Cloud-to-device messages that the hub delivered.
    #[must_use]
    pub fn c2d_deliveries(&self) -> Vec<C2dDelivery<'_>> {
        let deliveries = self.hub_deliveries().filter_map(|(at, what, publish)| match what {
            HubDelivery::C2d { bag } => Some(C2dDelivery { at, id: publish.id, bag, publish }),
            _ => None,
        });
        deliveries.collect()
    }

    /// When the device subscribed to one of `kinds` on this connection, with the answer to it.
    #[must_use]
    pub fn subscribed_to(&self, kinds: &[DeviceFilter]) -> Option<super::Subscription<'_>> {
        let own = self.identity()?;
        let is_one = |filter: &str| DeviceFilter::parse(filter, &own).is_ok_and(|kind| kinds.contains(&kind));
        self.subscriptions().into_iter().find(|subscription| is_one(subscription.filter))
    }

    /// True when the message was one that has to be acknowledged.
    #[must_use]
    pub fn is_acknowledged(&self, delivery: &C2dDelivery<'_>) -> bool {
        delivery.publish.qos == QoS::AtMostOnce
            || self.pubacks_sent().any(|(at, id)| at > delivery.at && Some(id) == delivery.id)
    }

    /// The identity as cloud events write it: `dev` or `dev/mod`.
    #[must_use]
    pub fn is_of(&self, device: &str) -> bool {
        self.identity().is_some_and(|identity: Identity| identity.to_string() == device)
    }
}
