//! `device: telemetry.send` sends messages to the hub.

use std::time::Duration;

use nanorig_dut::{Args, CallSpec, Failure, Hand, Outcome, Param, ParamKind};
use nanorig_mcu::client::hub::{HubError, Message, TelemetryDelivery};
use nanorig_mcu::client::mqtt::QoS;
use serde_json::Value;

use crate::calls::{Declared, MESSAGE_SIZE, boxed, failed, results};
use crate::simulated::Stage;

pub(crate) const CALL: Declared =
    Declared { spec: &SPEC, perform: |stage, args| boxed(perform(stage, args)) };

static SPEC: CallSpec = CallSpec {
    hand: Hand::Device,
    name: "telemetry.send",
    summary: "Sends messages to the hub and waits until each is confirmed (QoS 1) or handed to the network (QoS 0).",
    params: &[
        Param {
            name: "body",
            kind: ParamKind::Json,
            required: false,
            doc: "Body: a text is sent as it is, anything else as JSON with its content type.",
        },
        Param { name: "size", kind: MESSAGE_SIZE, required: false, doc: "A body of this size instead." },
        Param { name: "properties", kind: ParamKind::Map, required: false, doc: "Application properties." },
        Param {
            name: "sequence",
            kind: ParamKind::Text,
            required: false,
            doc: "Name of one more property, which numbers the messages from 1.",
        },
        Param {
            name: "content-type",
            kind: ParamKind::Text,
            required: false,
            doc: "Content type. Default `application/json` for JSON.",
        },
        Param {
            name: "content-encoding",
            kind: ParamKind::Text,
            required: false,
            doc: "Content encoding. Default `utf-8` for JSON.",
        },
        Param { name: "id", kind: ParamKind::Text, required: false, doc: "Message id." },
        Param {
            name: "component",
            kind: ParamKind::Text,
            required: false,
            doc: "Plug and Play component that sends it.",
        },
        Param {
            name: "qos",
            kind: ParamKind::Integer { min: 0, max: 1 },
            required: false,
            doc: "QoS instead of the device's.",
        },
        Param {
            name: "count",
            kind: ParamKind::Integer { min: 1, max: 10_000_000 },
            required: false,
            doc: "How many messages. Default 1.",
        },
        Param {
            name: "every",
            kind: ParamKind::Lasting { times: Some("count") },
            required: false,
            doc: "From one message to the next. Default: each once the one before is confirmed.",
        },
    ],
    results: &[
        ("sent", "messages given to the client"),
        ("confirmed", "messages that the hub confirmed, or the network took at QoS 0"),
        ("dropped", "messages that were dropped from the full queue, or for want of one"),
    ],
    needs: Some("hub.d2c"),
    within: Duration::from_secs(60),
};

/// What has become of the messages so far.
#[derive(Default)]
struct Count {
    confirmed: i64,
    dropped: i64,
}

async fn perform(stage: Stage, args: Args) -> Outcome {
    let client = stage.application.hub();
    let template = message(&args);
    let count = args.integer("count").unwrap_or(1);
    let every = args.duration("every");
    let mut waiting: Vec<TelemetryDelivery> = Vec::new();
    let mut so_far = Count::default();
    for number in 0..count {
        let mut message = template.clone();
        if let Some(name) = args.text("sequence") {
            message.properties.push((name.to_owned(), (number + 1).to_string()));
        }
        match client.enqueue_message(message) {
            Ok(delivery) => waiting.push(delivery),
            Err(HubError::Dropped) => so_far.dropped += 1,
            Err(error) => return failed(error.kind(), error.to_string()),
        }
        match every {
            Some(every) if number + 1 < count => {
                // Confirmations are taken as they come, so that a long series does not pile up.
                let pause = stage.world.clock.sleep(every);
                settle_during(&mut waiting, &mut so_far, pause).await?;
            }
            _ => settle(&mut waiting, &mut so_far).await?,
        }
    }
    settle(&mut waiting, &mut so_far).await?;
    results([
        ("sent", count.into()),
        ("confirmed", so_far.confirmed.into()),
        ("dropped", so_far.dropped.into()),
    ])
}

/// Waits until all messages are settled.
async fn settle(waiting: &mut Vec<TelemetryDelivery>, so_far: &mut Count) -> Result<(), Failure> {
    for delivery in waiting.drain(..) {
        so_far.take(delivery.await)?;
    }
    Ok(())
}

/// Settles messages in their order until `pause` is over.
async fn settle_during(
    waiting: &mut Vec<TelemetryDelivery>,
    so_far: &mut Count,
    pause: impl Future<Output = ()>,
) -> Result<(), Failure> {
    tokio::pin!(pause);
    loop {
        let Some(first) = waiting.first_mut() else {
            pause.await;
            return Ok(());
        };
        tokio::select! {
            biased;
            result = first => {
                drop(waiting.remove(0));
                so_far.take(result)?;
            }
            () = &mut pause => return Ok(()),
        }
    }
}

impl Count {
    fn take(&mut self, result: Result<(), HubError>) -> Result<(), Failure> {
        match result {
            Ok(()) => self.confirmed += 1,
            Err(HubError::Dropped) => self.dropped += 1,
            Err(error) => return Err(Failure::new(error.kind(), error.to_string())),
        }
        Ok(())
    }
}

fn message(args: &Args) -> Message {
    let mut message = match (args.size("size"), args.value("body")) {
        (Some(size), _) => Message::new(vec![b'x'; size]),
        (None, Some(Value::String(text))) => Message::new(text.clone()),
        (None, Some(body)) => Message::json(body),
        (None, None) => Message::json(&Value::Object(serde_json::Map::new())),
    };
    let text = |name: &str| args.text(name).map(str::to_owned);
    message.content_type = text("content-type").or(message.content_type);
    message.content_encoding = text("content-encoding").or(message.content_encoding);
    message.message_id = text("id");
    message.component = text("component");
    message.qos = args.integer("qos").map(|qos| if qos == 0 { QoS::AtMostOnce } else { QoS::AtLeastOnce });
    let given = args.value("properties").and_then(Value::as_object);
    message.properties = given
        .into_iter()
        .flatten()
        .map(|(name, value)| (name.clone(), value.as_str().map_or_else(|| value.to_string(), str::to_owned)))
        .collect();
    message
}
