//! `cloud: enrollment.assign` leads an enrollment to another hub.

use std::time::Duration;

use nanorig_dut::{Args, CallSpec, Hand, Outcome, Param, ParamKind};

use crate::calls::{Declared, boxed, enrollment, failed};
use crate::simulated::Stage;

pub(crate) const CALL: Declared =
    Declared { spec: &SPEC, perform: |stage, args| boxed(perform(stage, args)) };

static SPEC: CallSpec = CallSpec {
    hand: Hand::Cloud,
    name: "enrollment.assign",
    summary: "Leads an enrollment to another hub: the device is moved when it registers again.",
    params: &[
        enrollment::ID,
        Param { name: "hub", kind: ParamKind::Text, required: true, doc: "The hub, by its name." },
    ],
    results: &[],
    needs: None,
    within: Duration::from_secs(5),
};

async fn perform(stage: Stage, args: Args) -> Outcome {
    let hub = match stage.hub(args.text("hub")) {
        Ok(hub) => hub,
        Err(message) => return failed("unknown-hub", message),
    };
    enrollment::change(&stage, &args, |dps, id, now| dps.assign_to(id, hub.host(), now))
}
