//! Telemetry by the calls that asked for it.
//!
//! Calls may overlap. A stored message belongs to the calls whose content it has; calls that cannot be told apart by
//! content and overlap are one series. A message that the device sends again because it missed the PUBACK is stored
//! again, which is in order and counts once.

use std::collections::BTreeMap;
use std::time::Duration;

use nanorig_trace::event::CloudEvent;
use nanorig_wire::mqtt::{PacketId, Publish};
use serde_json::Value;

use crate::View;
use crate::pnp::property::is_same;
use crate::view::{At, Connection, HarnessCall};

/// A PUBACK that was on its way for this long over a good link has come.
const ACK_TRAVELS: Duration = Duration::from_secs(5);

/// Calls of `telemetry.send` that cannot be told apart, with what the hub stored of them.
pub(super) struct Series<'v, 't> {
    pub(super) calls: Vec<&'v HarnessCall<'t>>,
    pub(super) stored: Vec<Stored<'t>>,
    /// Where calls begin that could be taken for these.
    pub(super) until: At,
}

/// A message that the hub stored.
pub(super) struct Stored<'t> {
    pub(super) at: At,
    pub(super) properties: &'t Value,
}

impl Series<'_, '_> {
    /// Messages that the calls ask for.
    pub(super) fn told(&self) -> u64 {
        self.calls.iter().map(|call| call.count("count").unwrap_or(1)).sum()
    }

    /// When the last call ended; none while one goes on.
    pub(super) fn ended(&self) -> Option<At> {
        let ends = self.calls.iter().map(|call| call.outcome.map(|(at, ..)| at));
        ends.collect::<Option<Vec<At>>>()?.into_iter().max()
    }

    fn begins(&self) -> At {
        self.calls[0].at
    }

    fn is_alike(&self, call: &HarnessCall<'_>) -> bool {
        self.calls.iter().any(|own| Content::of(own).is_alike(&Content::of(call)))
    }
}

/// What a call says about its messages. What it leaves open fits everything.
struct Content<'c> {
    id: Option<&'c str>,
    body: Option<Body<'c>>,
}

#[derive(PartialEq)]
enum Body<'c> {
    Is(&'c Value),
    Bytes(usize),
}

impl<'c> Content<'c> {
    fn of(call: &'c HarnessCall<'_>) -> Self {
        let size = call.count("size").and_then(|size| usize::try_from(size).ok()).map(Body::Bytes);
        Self { id: call.text("id"), body: size.or_else(|| call.args.get("body").map(Body::Is)) }
    }

    fn is_alike(&self, other: &Self) -> bool {
        let ids = self.id.is_none() || other.id.is_none() || self.id == other.id;
        ids && (self.body.is_none() || other.body.is_none() || self.body == other.body)
    }

    fn fits(&self, system: &Value, body: &Value) -> bool {
        let id = self.id.is_none_or(|id| system.get("message-id").and_then(Value::as_str) == Some(id));
        id && self.body.as_ref().is_none_or(|own| own.fits(body))
    }
}

impl Body<'_> {
    /// A body is stored as the JSON that it is, as text, or in hexadecimal digits.
    fn fits(&self, stored: &Value) -> bool {
        match (self, stored) {
            (Self::Bytes(size), Value::String(text)) => text.len() == *size,
            (Self::Bytes(size), _) => {
                stored.get("hex").and_then(Value::as_str).is_some_and(|hex| hex.len() == 2 * size)
            }
            (Self::Is(own), Value::String(text)) => {
                *own == stored || serde_json::from_str(text).is_ok_and(|parsed: Value| is_same(&parsed, own))
            }
            (Self::Is(Value::String(own)), _) => {
                serde_json::from_str(own).is_ok_and(|parsed: Value| is_same(&parsed, stored))
            }
            (Self::Is(own), _) => is_same(own, stored),
        }
    }
}

/// Bytes of the body of each message that the call asks for.
pub(super) fn body_bytes(call: &HarnessCall<'_>) -> u64 {
    let text = || match call.args.get("body") {
        Some(Value::String(text)) => text.len() as u64,
        Some(body) => body.to_string().len() as u64,
        None => 0,
    };
    call.count("size").unwrap_or_else(text)
}

/// Bytes of each message that the call asks for, as IoT Hub counts them: the body, the values of the system properties,
/// names and values of the others.
pub(super) fn counted_bytes(call: &HarnessCall<'_>) -> u64 {
    let json = call.count("size").is_none() && !matches!(call.args.get("body"), Some(Value::String(_)));
    let system = [
        ("id", ""),
        ("component", ""),
        ("content-type", if json { "application/json" } else { "" }),
        ("content-encoding", if json { "utf-8" } else { "" }),
    ];
    let system: usize = system.map(|(name, default)| call.text(name).unwrap_or(default).len()).iter().sum();
    let given = call.args.get("properties").and_then(Value::as_object);
    let value = |value: &Value| value.as_str().map_or_else(|| value.to_string().len(), str::len);
    let own: usize = given.into_iter().flatten().map(|(name, own)| name.len() + value(own)).sum();
    // The number of a numbered message has a digit at least.
    let number = call.text("sequence").map_or(0, |name| name.len() + 1);
    body_bytes(call) + (system + own + number) as u64
}

/// All telemetry that the device was told to send.
pub(super) fn series<'v, 't>(view: &'v View<'t>) -> Vec<Series<'v, 't>> {
    let mut all: Vec<Series<'v, 't>> = Vec::new();
    for call in view.calls_named("telemetry.send").filter(|call| call.hand == "device") {
        let goes_on = |series: &Series<'_, '_>| series.ended().is_none_or(|ended| ended > call.at);
        if let Some(open) = all.iter_mut().find(|series| series.is_alike(call) && goes_on(series)) {
            open.calls.push(call);
            continue;
        }
        for before in all.iter_mut().filter(|series| series.is_alike(call)) {
            before.until = before.until.min(call.at);
        }
        all.push(Series { calls: vec![call], stored: Vec::new(), until: view.end() });
    }
    let sent = sent(view);
    for (at, event) in view.cloud_events() {
        let CloudEvent::Telemetry { properties, system, body, .. } = event else { continue };
        // The hub stores a message as it comes.
        let again =
            sent[..sent.partition_point(|(sent, _)| *sent < at)].last().is_some_and(|(_, again)| *again);
        let fits = |series: &&mut Series<'_, '_>| {
            series.begins() < at
                && at <= series.until
                && series.calls.iter().any(|call| Content::of(call).fits(system, body))
        };
        if let Some(own) = all.iter_mut().find(fits).filter(|_| !again) {
            own.stored.push(Stored { at, properties });
        }
    }
    all
}

/// Telemetry that reached the hub, each with whether it is a repetition of a message that had reached it before.
fn sent(view: &View<'_>) -> Vec<(At, bool)> {
    let mut all: Vec<(At, &Connection<'_>, &Publish)> = Vec::new();
    for connection in view.connections_to("hub") {
        all.extend(connection.telemetry().map(|(at, _, publish)| (at, connection, publish)));
    }
    all.sort_by_key(|(at, ..)| *at);
    let mut latest: BTreeMap<PacketId, (At, &Connection<'_>, &Publish)> = BTreeMap::new();
    let mut sent = Vec::new();
    for (at, connection, publish) in all {
        let before = publish.id.and_then(|id| latest.insert(id, (at, connection, publish)));
        // A packet identifier that was acknowledged may stand for another message of the same content.
        let again = before.is_some_and(|(first, earlier, other)| {
            let same = other.topic == publish.topic && other.payload == publish.payload;
            publish.dup && same && !is_settled(view, earlier, first, other.id)
        });
        sent.push((at, again));
    }
    sent
}

/// True when the device knows for certain that its message was acknowledged.
fn is_settled(view: &View<'_>, connection: &Connection<'_>, at: At, id: Option<PacketId>) -> bool {
    let acknowledged = connection.pubacks_received().find(|(when, own)| *when > at && Some(*own) == id);
    acknowledged.is_some_and(|(when, _)| {
        connection.lasts(when, ACK_TRAVELS, view.end())
            && !view.cut_off(connection, when.time, when.time + ACK_TRAVELS)
    })
}
