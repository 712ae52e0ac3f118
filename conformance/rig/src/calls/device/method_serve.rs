//! `device: method.serve` registers a direct method.

use std::sync::Arc;
use std::time::Duration;

use nanorig_dut::{Args, CallSpec, Hand, Outcome, Param, ParamKind};
use nanorig_mcu::client::hub::{MethodHandler, MethodRequest, MethodResponse};

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
    let takes = args.duration("takes").unwrap_or_default();
    let clock = stage.world.clock;
    let handler: MethodHandler = Arc::new(move |request: MethodRequest| {
        let response = response.clone();
        Box::pin(async move {
            if !takes.is_zero() {
                clock.sleep(takes).await;
            }
            MethodResponse { status, payload: Some(response.unwrap_or(request.payload)) }
        })
    });
    stage.application.serve_method(args.text("name").unwrap_or_default(), handler);
    done()
}
