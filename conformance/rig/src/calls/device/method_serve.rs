//! `device: method.serve` registers a direct method.

use std::sync::Arc;
use std::time::Duration;

use nanorig_dut::{Args, CallSpec, Hand, Outcome, Param, ParamKind};
use nanorig_mcu::client::hub::{MethodHandler, MethodRequest, MethodResponse};
use serde_json::Value;

use crate::calls::{Declared, boxed, done};
use crate::simulated::Stage;

pub(crate) const CALL: Declared =
    Declared { spec: &SPEC, perform: |stage, args| boxed(perform(stage, args)) };

static SPEC: CallSpec = CallSpec {
    hand: Hand::Device,
    name: "method.serve",
    summary: "Serves a direct method from now on, also after a boot.",
    params: &[
        Param {
            name: "name",
            kind: ParamKind::Text,
            required: true,
            doc: "Method name; `component*command` for a component.",
        },
        Param {
            name: "status",
            kind: ParamKind::Integer { min: 0, max: 999 },
            required: false,
            doc: "Status. Default 200.",
        },
        Param {
            name: "response",
            kind: ParamKind::Json,
            required: false,
            doc: "Payload of the answer. Default: the call's.",
        },
        Param {
            name: "request",
            kind: ParamKind::Choice(&["boolean", "number", "text", "list", "map"]),
            required: false,
            doc: "JSON type that the call's payload must have; others are answered with 400. Default: any.",
        },
        Param {
            name: "takes",
            kind: ParamKind::Duration,
            required: false,
            doc: "How long it takes. Default 0s.",
        },
    ],
    results: &[],
    needs: Some("hub.methods"),
    within: Duration::from_secs(5),
};

async fn perform(stage: Stage, args: Args) -> Outcome {
    let status = args.integer("status").and_then(|status| i32::try_from(status).ok()).unwrap_or(200);
    let response = args.value("response").cloned();
    let request_type = args.text("request").map(str::to_owned);
    let takes = args.duration("takes").unwrap_or_default();
    let clock = stage.world.clock;
    let handler: MethodHandler = Arc::new(move |request: MethodRequest| {
        let response = response.clone();
        let unfit = request_type.as_deref().filter(|wanted| *wanted != type_of(&request.payload));
        let refusal = unfit.map(|wanted| MethodResponse::error(400, &format!("payload is no {wanted}")));
        Box::pin(async move {
            if let Some(refusal) = refusal {
                return refusal;
            }
            if !takes.is_zero() {
                clock.sleep(takes).await;
            }
            MethodResponse { status, payload: Some(response.unwrap_or(request.payload)) }
        })
    });
    stage.application.serve_method(args.text("name").unwrap_or_default(), handler);
    done()
}

/// The word for a value's type in `request`.
fn type_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "number",
        Value::String(_) => "text",
        Value::Array(_) => "list",
        Value::Object(_) => "map",
    }
}
