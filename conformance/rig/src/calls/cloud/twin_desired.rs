//! `cloud: twin.desired` changes desired properties.

use std::time::Duration;

use nanorig_cloud::hub::registry::IfMatch;
use nanorig_cloud::hub::twin::{Replacement, TwinUpdate};
use nanorig_dut::{Args, CallSpec, Hand, Outcome, Param, ParamKind};
use serde_json::Value;

use crate::calls::target::{self, refused};
use crate::calls::{Declared, boxed, failed, results};
use crate::simulated::Stage;

pub(crate) const CALL: Declared =
    Declared { spec: &SPEC, perform: |stage, args| boxed(perform(stage, args)) };

static SPEC: CallSpec = CallSpec {
    hand: Hand::Cloud,
    name: "twin.desired",
    summary: "Changes desired properties of a twin: a merge patch, in which null deletes.",
    params: &[
        Param { name: "patch", kind: ParamKind::Json, required: true, doc: "The patch, a map." },
        Param {
            name: "replace",
            kind: ParamKind::Flag,
            required: false,
            doc: "True: the map becomes the whole section. Default false.",
        },
        target::DEVICE,
        target::HUB,
    ],
    results: &[("version", "new `$version` of the desired section")],
    needs: Some("hub.twin"),
    within: Duration::from_secs(5),
};

async fn perform(stage: Stage, args: Args) -> Outcome {
    let Some(patch @ Value::Object(_)) = args.value("patch").cloned() else {
        return failed("arguments", "`patch` must be a map");
    };
    let hub = target::hub(&stage, &args)?;
    let identity = target::identity(&stage, &args);
    let replacement = if args.flag("replace") { Replacement::Whole } else { Replacement::Merge };
    let update = TwinUpdate { desired: Some(patch), tags: None, replacement };
    let twin = hub.with(|hub, now| hub.update_twin(now, &identity, &update, &IfMatch::Any));
    let twin = twin.map_err(|error| refused(&error))?;
    let version = twin.pointer("/properties/desired/$version").cloned().unwrap_or_default();
    results([("version", version)])
}
