//! Writable properties: what the application serves, what is desired, what the device reports.

use std::time::Duration;

use nanorig_trace::event::CloudEvent;
use serde_json::Value;

use crate::View;
use crate::view::{At, TwinOperation};

/// An acknowledgement has come by then.
pub(super) const ACKNOWLEDGED_WITHIN: Duration = Duration::from_secs(30);

/// A writable property that the application was told to serve.
pub(super) struct Served<'t> {
    /// When.
    pub(super) at: At,
    /// Its component; none for the default one.
    pub(super) component: Option<&'t str>,
    /// Its name.
    pub(super) name: &'t str,
    /// Smallest value that it takes.
    pub(super) minimum: Option<f64>,
    /// Largest value that it takes.
    pub(super) maximum: Option<f64>,
    /// Value that it starts with.
    pub(super) initial: Option<&'t Value>,
}

/// A change of a property that is served.
pub(super) struct Wish<'t> {
    /// When the service changed it.
    pub(super) at: At,
    /// The value.
    pub(super) value: &'t Value,
    /// `$version` of the desired section.
    pub(super) version: i64,
    /// True when the device was told at once, and still there.
    pub(super) delivered: bool,
}

/// An acknowledgement that the device reported.
#[derive(Clone, Debug)]
pub(super) struct Ack {
    /// When the hub received it.
    pub(super) at: At,
    /// What is there: `value`, `ac`, `av` and `ad`, if the device keeps to the convention.
    pub(super) body: Value,
}

impl Ack {
    /// Its status.
    pub(super) fn code(&self) -> Option<i64> {
        self.body.get("ac")?.as_i64()
    }

    /// The version that it is for.
    pub(super) fn version(&self) -> Option<i64> {
        self.body.get("av")?.as_i64()
    }

    /// The value in force.
    pub(super) fn value(&self) -> Option<&Value> {
        self.body.get("value")
    }

    /// What the convention wants and this lacks.
    pub(super) fn missing(&self) -> Option<&'static str> {
        let Some(members) = self.body.as_object() else { return Some("is the bare value") };
        if !members.contains_key("value") {
            return Some("has no value");
        }
        if self.code().is_none() {
            return Some("has no integer ac");
        }
        self.version().is_none().then_some("has no integer av")
    }
}

impl<'t> Served<'t> {
    /// Name with component, for people.
    pub(super) fn path(&self) -> String {
        self.component.map_or_else(|| self.name.to_owned(), |component| format!("{component}.{}", self.name))
    }

    /// The property in a section of a twin, or in a patch.
    pub(super) fn find<'v>(&self, section: &'v Value) -> Option<&'v Value> {
        self.component.map_or(Some(section), |component| section.get(component))?.get(self.name)
    }

    /// True when the value is one that the property takes.
    pub(super) fn takes(&self, value: &Value) -> bool {
        match (value.as_f64(), self.minimum.is_some() || self.maximum.is_some()) {
            (Some(number), _) => {
                self.minimum.is_none_or(|least| number >= least)
                    && self.maximum.is_none_or(|most| number <= most)
            }
            (None, bounded) => !bounded && !value.is_null(),
        }
    }

    /// Changes of it while it is served.
    pub(super) fn wishes(&self, view: &View<'t>) -> Vec<Wish<'t>> {
        let changes =
            view.cloud_events().filter(|(at, _)| *at > self.at).filter_map(|(at, event)| match event {
                CloudEvent::TwinDesired { patch, version, delivered, .. } => {
                    Some((at, patch, *version, *delivered))
                }
                _ => None,
            });
        let own = changes.filter_map(|(at, patch, version, delivered)| {
            let value = self.find(patch).filter(|value| !value.is_null())?;
            Some(Wish { at, value, version, delivered: delivered && view.is_reachable(at) })
        });
        own.collect()
    }

    /// What the device reported of it.
    pub(super) fn acks(&self, view: &View<'_>) -> Vec<Ack> {
        let reports = reports(view).into_iter();
        reports
            .filter_map(|(at, patch)| self.find(&patch).map(|body| Ack { at, body: body.clone() }))
            .collect()
    }
}

/// Properties that the application was told to serve.
pub(super) fn served<'t>(view: &View<'t>) -> Vec<Served<'t>> {
    let calls = view.calls().iter().filter(|call| call.hand == "device" && call.name == "property.serve");
    let one = |call: &crate::view::HarnessCall<'t>| {
        let args: &'t Value = call.args;
        Some(Served {
            at: call.at,
            component: args.get("component").and_then(Value::as_str),
            name: args.get("name")?.as_str()?,
            minimum: args.get("minimum").and_then(Value::as_f64),
            maximum: args.get("maximum").and_then(Value::as_f64),
            initial: args.get("initial").filter(|value| !value.is_null()),
        })
    };
    calls.filter_map(one).collect()
}

/// Reported patches, as far as they are JSON.
pub(super) fn reports(view: &View<'_>) -> Vec<(At, Value)> {
    let requests = view.connections_to("hub").flat_map(|connection| connection.twin_requests());
    let reports = requests.filter(|request| request.operation == TwinOperation::Report);
    reports.filter_map(|request| Some((request.at, serde_json::from_slice(request.payload).ok()?))).collect()
}

/// JSON numbers are equal when their values are, at any depth: 20 is 20.0.
pub(crate) fn is_same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => match (a.as_f64(), b.as_f64()) {
            (Some(a), Some(b)) => (a - b).abs() <= 1e-6 * a.abs().max(1.0),
            _ => a == b,
        },
        (Value::Array(a), Value::Array(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| is_same(a, b))
        }
        (Value::Object(a), Value::Object(b)) => {
            a.len() == b.len() && a.iter().all(|(name, a)| b.get(name).is_some_and(|b| is_same(a, b)))
        }
        _ => a == b,
    }
}

#[cfg(test)]
pub(super) mod tests {
    use nanorig_trace::event::ConnId;
    use serde_json::{Value, json};

    use crate::testing::Story;

    /// A session of a device that serves `targetTemperature` from 5 to 30, at first 20.
    pub(in crate::pnp) fn serving() -> (Story, ConnId) {
        let mut story = Story::new();
        story.action(
            "property.serve",
            json!({ "name": "targetTemperature", "minimum": 5, "maximum": 30, "initial": 20 }),
        );
        let conn = story.at(1.0).subscribed_session();
        (story, conn)
    }

    /// The service wishes this temperature.
    pub(in crate::pnp) fn wish(story: &mut Story, version: i64, value: Value, delivered: bool) {
        story.desired_changed(version, json!({ "targetTemperature": value }), delivered);
    }

    /// The device reports this.
    pub(in crate::pnp) fn report(story: &mut Story, conn: ConnId, patch: &Value) {
        story.twin_report(conn, "r", &patch.to_string()).twin_answer(conn, "r", 204, "");
    }

    pub(in crate::pnp) fn ack(value: i64, ac: i64, av: i64) -> Value {
        json!({ "targetTemperature": { "value": value, "ac": ac, "av": av, "ad": "" } })
    }
}
