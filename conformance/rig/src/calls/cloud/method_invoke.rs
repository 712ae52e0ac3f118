//! `cloud: method.invoke` calls a direct method.

use std::time::Duration;

use nanorig_cloud::hub::MethodCall;
use nanorig_dut::{Args, CallSpec, Hand, Outcome, Param, ParamKind};
use serde_json::Value;

use crate::calls::target::{self, refused};
use crate::calls::{Declared, MESSAGE_SIZE, boxed, results};
use crate::simulated::Stage;

pub(crate) const CALL: Declared =
    Declared { spec: &SPEC, perform: |stage, args| boxed(perform(stage, args)) };

static SPEC: CallSpec = CallSpec {
    hand: Hand::Cloud,
    name: "method.invoke",
    summary: "Calls a direct method and waits for the device's answer.",
    params: &[
        Param {
            name: "name",
            kind: ParamKind::Text,
            required: true,
            doc: "Method name; `component*command` for a component.",
        },
        Param {
            name: "payload",
            kind: ParamKind::Json,
            required: false,
            doc: "Payload. Default: none, sent as `null`.",
        },
        Param {
            name: "raw",
            kind: ParamKind::Text,
            required: false,
            doc: "Send exactly this text instead, JSON or not; it may be empty.",
        },
        Param {
            name: "size",
            kind: MESSAGE_SIZE,
            required: false,
            doc: "Send a text of this size as payload.",
        },
        Param {
            name: "timeout",
            kind: ParamKind::Lasting { times: None },
            required: false,
            doc: "Time for the answer, 5s to 300s. Default 30s.",
        },
        Param {
            name: "connect-timeout",
            kind: ParamKind::Lasting { times: None },
            required: false,
            doc: "Time for the device to connect, 0s to 300s. Default 0s.",
        },
        target::DEVICE,
        target::HUB,
    ],
    results: &[("status", "the device's status"), ("payload", "its payload")],
    needs: Some("hub.methods"),
    within: Duration::from_secs(60),
};

async fn perform(stage: Stage, args: Args) -> Outcome {
    let hub = target::hub(&stage, &args)?;
    let identity = target::identity(&stage, &args);
    let mut call = MethodCall::new(args.text("name").unwrap_or_default());
    call.payload = args.value("payload").cloned();
    if let Some(size) = args.size("size") {
        // Two quotes belong to the text's JSON form.
        call.payload = Some(Value::from("x".repeat(size.saturating_sub(2))));
    }
    call.raw = args.text("raw").map(|text| text.to_owned().into());
    if let Some(timeout) = args.duration("timeout") {
        call.response_timeout = timeout;
    }
    if let Some(timeout) = args.duration("connect-timeout") {
        call.connect_timeout = timeout;
    }
    let answer = hub.invoke_method(&identity, call).await.map_err(|error| refused(&error))?;
    results([("status", answer.status.into()), ("payload", answer.payload.unwrap_or_default())])
}
