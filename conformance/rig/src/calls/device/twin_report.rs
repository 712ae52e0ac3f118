//! `device: twin.report` reports properties.

use std::time::Duration;

use nanorig_dut::{Args, CallSpec, Hand, Outcome, Param, ParamKind};
use serde_json::Value;

use crate::calls::{Declared, boxed, failed, results};
use crate::simulated::Stage;

pub(crate) const CALL: Declared =
    Declared { spec: &SPEC, perform: |stage, args| boxed(perform(stage, args)) };

static SPEC: CallSpec = CallSpec {
    hand: Hand::Device,
    name: "twin.report",
    summary: "Reports properties: a merge patch, in which null deletes.",
    params: &[Param { name: "patch", kind: ParamKind::Json, required: true, doc: "The patch, a map." }],
    results: &[("version", "new `$version` of the reported section")],
    needs: Some("hub.twin"),
    within: Duration::from_secs(60),
};

async fn perform(stage: Stage, args: Args) -> Outcome {
    let Some(Value::Object(patch)) = args.value("patch").cloned() else {
        return failed("arguments", "`patch` must be a map");
    };
    match stage.application.hub().update_reported_properties(patch).await {
        Ok(version) => results([("version", version.into())]),
        Err(error) => failed(error.kind(), error.to_string()),
    }
}
