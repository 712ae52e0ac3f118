//! `device: resources` looks at memory and sockets.

use std::time::Duration;

use nanorig_dut::{Args, CallSpec, Hand, Outcome, Param, ParamKind};
use serde_json::Value;

use crate::calls::{Declared, boxed, failed};
use crate::simulated::Stage;

pub(crate) const CALL: Declared =
    Declared { spec: &SPEC, perform: |stage, args| boxed(perform(stage, args)) };

static SPEC: CallSpec = CallSpec {
    hand: Hand::Device,
    name: "resources",
    summary: "Reports memory and sockets at this moment.",
    params: &[Param {
        name: "point",
        kind: ParamKind::Text,
        required: false,
        doc: "Name of the moment in the evidence. Default `sample`.",
    }],
    results: &[
        ("native_used", "bytes of the native heap in use"),
        ("native_peak", "most bytes of the native heap in use since boot"),
        ("native_largest", "largest block that the native heap can still give"),
        ("managed_used", "bytes of the managed heap in use"),
        ("managed_peak", "most bytes of the managed heap in use since boot"),
        ("sockets", "sockets in use"),
        ("sockets_peak", "most sockets in use at once since boot"),
        ("tls_contexts", "TLS contexts in use"),
        ("tls_contexts_peak", "most TLS contexts in use at once since boot"),
    ],
    needs: Some("res"),
    within: Duration::from_secs(5),
};

async fn perform(stage: Stage, args: Args) -> Outcome {
    stage.mcu.record_resources(args.text("point").unwrap_or("sample"));
    match serde_json::to_value(stage.mcu.resources()) {
        Ok(Value::Object(fields)) => Ok(fields),
        _ => failed("harness", "the figures are no map"),
    }
}
