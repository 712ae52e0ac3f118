//! Direct methods, and commands of Plug and Play.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use bytes::Bytes;
use nanorig_trace::event::DeviceEvent;
use nanorig_wire::hub::DevicePublish;
use serde_json::{Value, json};

use super::inner::Inner;
use crate::client::mqtt::{Outgoing, QoS, ReceivedMessage};
use crate::habits::{Catalogue, MethodRid};

/// A call of a direct method.
#[derive(Clone, Debug, PartialEq)]
pub struct MethodRequest {
    /// Method name; `component*command` for the command of a component.
    pub name: String,
    /// The caller's payload, null when there was none.
    pub payload: Value,
}

/// The answer to a call.
#[derive(Clone, Debug, PartialEq)]
pub struct MethodResponse {
    /// Status, such as 200.
    pub status: i32,
    /// Payload; none sends an empty body.
    pub payload: Option<Value>,
}

impl MethodResponse {
    /// Status 200 with a payload.
    #[must_use]
    pub fn ok(payload: Value) -> Self {
        Self { status: 200, payload: Some(payload) }
    }

    /// An error status with a message.
    #[must_use]
    pub fn error(status: i32, message: &str) -> Self {
        Self { status, payload: Some(json!({ "message": message })) }
    }
}

/// Serves a method.
pub type MethodHandler =
    Arc<dyn Fn(MethodRequest) -> Pin<Box<dyn Future<Output = MethodResponse> + Send>> + Send + Sync>;

impl Inner {
    /// A call came. It is served beside others; its answer goes out on the connection that it came on, or not at all.
    pub(super) fn handle_method(self: &Arc<Self>, message: ReceivedMessage, name: String, rid: String) {
        let habits = self.mcu.habits().cloud.methods.clone();
        if habits.one_at_a_time && self.serving() > 0 {
            return;
        }
        let connection = self.connection();
        // Request ids begin afresh with each connection.
        let repeated = self.recent_calls().is_known(&format!("{connection} {rid} {name}"));
        if repeated && !habits.keeps_duplicates {
            return;
        }
        let inner = Arc::clone(self);
        self.begin_serving();
        let serving = Serving(Arc::clone(self));
        self.mcu.spawn(async move {
            let _serving = serving;
            let (payload, response) = inner.serve(&name, &message.payload).await;
            drop(message);
            let Some(response) = response else { return };
            if connection != inner.connection() {
                if !habits.answers_after_reconnect {
                    return;
                }
                inner.until_connected().await;
            }
            inner.answer(&name, &rid, payload, &response);
        });
    }

    /// A call came whose payload does not fit.
    pub(super) fn refuse_method(&self, name: &str, rid: &str) {
        let response = MethodResponse::error(413, "payload does not fit");
        self.answer(name, rid, Value::Null, &response);
    }

    /// Payload and response; no response means silence.
    async fn serve(&self, name: &str, body: &[u8]) -> (Value, Option<MethodResponse>) {
        let habits = &self.mcu.habits().cloud;
        let refusal =
            |status: Option<i32>, message| status.map(|status| MethodResponse::error(status, message));
        if body.len() > habits.methods.max_payload {
            return (Value::Null, refusal(Some(413), "payload does not fit"));
        }
        let payload = match body {
            // An omitted payload may come as nothing at all.
            [] => Value::Null,
            body => match serde_json::from_slice(body) {
                Ok(payload) => payload,
                Err(_) => return (Value::Null, refusal(habits.methods.invalid_json, "payload is not JSON")),
            },
        };
        let hidden = habits.pnp.commands == Catalogue::RootOnly && name.contains('*');
        match self.method(name).filter(|_| !hidden) {
            Some(handler) => {
                let request = MethodRequest { name: name.to_owned(), payload: payload.clone() };
                (payload, Some(handler(request).await))
            }
            None => (payload, refusal(habits.methods.unknown, "no such method")),
        }
    }

    fn answer(&self, name: &str, rid: &str, payload: Value, response: &MethodResponse) {
        let habits = &self.mcu.habits().cloud.methods;
        let Some(echoed) = echo(rid, habits.rid) else { return };
        let mut topic =
            DevicePublish::MethodResponse { status: response.status, rid: echoed }.format(&self.identity());
        if habits.status_as_word {
            topic = topic.replacen(&format!("/{}/", response.status), "/OK/", 1);
        }
        let body = response.payload.as_ref().map_or_else(Bytes::new, |payload| payload.to_string().into());
        // QoS 0: an answer must not be sent again on a later connection, where nobody waits for it.
        let message = Outgoing { topic, payload: body, qos: QoS::AtMostOnce, retain: false };
        if self.mqtt.publish(message).is_ok() {
            let (name, rid) = (name.to_owned(), rid.to_owned());
            self.mcu.record(DeviceEvent::Method { name, rid, status: response.status, payload });
        }
    }
}

/// The request id as it is written in the answer; `None` when the habit cannot.
fn echo(rid: &str, habit: MethodRid) -> Option<String> {
    match habit {
        MethodRid::Echo => Some(rid.to_owned()),
        MethodRid::UpperHex => i32::from_str_radix(rid, 16).ok().map(|number| format!("{number:X}")),
        MethodRid::Wrong => Some(
            u64::from_str_radix(rid, 16)
                .map_or_else(|_| format!("{rid}0"), |number| format!("{:x}", u128::from(number) + 1)),
        ),
    }
}

/// Counts a call that is being served.
struct Serving(Arc<Inner>);

impl Drop for Serving {
    fn drop(&mut self) {
        self.0.end_serving();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_request_id_is_echoed_as_it_came() {
        for rid in ["1", "0a", "6f9619ff-8b86-d011-b42d-00c04fc964ff"] {
            assert_eq!(echo(rid, MethodRid::Echo).as_deref(), Some(rid));
        }
    }

    #[test]
    fn habits_change_it() {
        assert_eq!(echo("0a", MethodRid::UpperHex).as_deref(), Some("A"));
        assert_eq!(echo("6f9619ff-8b86", MethodRid::UpperHex), None, "not answered");
        assert_eq!(echo("f", MethodRid::Wrong).as_deref(), Some("10"));
        assert_eq!(echo("ffffffffffffffff", MethodRid::Wrong).as_deref(), Some("10000000000000000"));
    }
}
