//! `cloud: c2d.send` sends cloud-to-device messages.

use std::time::Duration;

use nanorig_cloud::hub::c2d::{Ack, C2dDraft};
use nanorig_dut::{Args, CallSpec, Hand, Outcome, Param, ParamKind};
use serde_json::Value;

use crate::calls::target::{self, refused};
use crate::calls::{Declared, MESSAGE_SIZE, boxed, results};
use crate::simulated::Stage;

pub(crate) const CALL: Declared =
    Declared { spec: &SPEC, perform: |stage, args| boxed(perform(stage, args)) };

static SPEC: CallSpec = CallSpec {
    hand: Hand::Cloud,
    name: "c2d.send",
    summary: "Sends messages to a device; they wait in its queue while it is away.",
    params: &[
        Param { name: "body", kind: ParamKind::Text, required: false, doc: "Body. Default empty." },
        Param { name: "size", kind: MESSAGE_SIZE, required: false, doc: "A body of this size instead." },
        Param {
            name: "properties",
            kind: ParamKind::Map,
            required: false,
            doc: "Application properties; null has no value.",
        },
        Param {
            name: "count",
            kind: ParamKind::Integer { min: 1, max: 10_000 },
            required: false,
            doc: "How many. Default 1.",
        },
        Param { name: "id", kind: ParamKind::Text, required: false, doc: "Message id. Default: made up." },
        Param {
            name: "ttl",
            kind: ParamKind::Duration,
            required: false,
            doc: "Time to live. Default: the hub's, 1h.",
        },
        Param {
            name: "ack",
            kind: ParamKind::Choice(&["none", "positive", "negative", "full"]),
            required: false,
            doc: "Feedback that is wanted. Default none.",
        },
        target::DEVICE,
        target::HUB,
    ],
    results: &[("sent", "messages queued"), ("id", "id of the last one")],
    needs: Some("hub.c2d"),
    within: Duration::from_secs(5),
};

async fn perform(stage: Stage, args: Args) -> Outcome {
    let hub = target::hub(&stage, &args)?;
    let identity = target::identity(&stage, &args);
    let body = match args.size("size") {
        Some(size) => vec![b'x'; size],
        None => args.text("body").unwrap_or_default().as_bytes().to_vec(),
    };
    let mut draft = C2dDraft::new(body);
    draft.message_id = args.text("id").map(str::to_owned);
    draft.properties = properties(&args);
    draft.expires = args.duration("ttl").map(|ttl| hub.utc() + ttl);
    draft.ack = args.text("ack").and_then(Ack::parse).unwrap_or_default();
    let count = args.integer("count").unwrap_or(1);
    let mut id = String::new();
    for _ in 0..count {
        let sent = hub.with(|hub, now| hub.send_c2d(now, &identity, draft.clone()));
        id = sent.map_err(|error| refused(&error))?;
    }
    results([("sent", count.into()), ("id", id.into())])
}

fn properties(args: &Args) -> Vec<(String, Option<String>)> {
    let given = args.value("properties").and_then(Value::as_object);
    let text = |value: &Value| match value {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    };
    given.into_iter().flatten().map(|(name, value)| (name.clone(), text(value))).collect()
}
