//! `cloud: enrollment.assign` leads an enrollment to another hub.

use std::time::Duration;

use nanorig_dut::{Args, CallSpec, Hand, Outcome, Param, ParamKind};

use crate::calls::{Declared, boxed, done, failed};
use crate::simulated::Stage;

pub(crate) const CALL: Declared =
    Declared { spec: &SPEC, perform: |stage, args| boxed(perform(stage, args)) };

static SPEC: CallSpec = CallSpec {
    hand: Hand::Cloud,
    name: "enrollment.assign",
    summary: "Leads an enrollment to another hub: the device is moved when it registers again.",
    params: &[
        Param {
            name: "id",
            kind: ParamKind::Text,
            required: true,
            doc: "Registration id, or the group's id.",
        },
        Param { name: "hub", kind: ParamKind::Text, required: true, doc: "The hub, by its name." },
    ],
    results: &[],
    needs: None,
    within: Duration::from_secs(5),
};

async fn perform(stage: Stage, args: Args) -> Outcome {
    let id = args.text("id").unwrap_or_default();
    let hub = match stage.hub(args.text("hub")) {
        Ok(hub) => hub,
        Err(message) => return failed("unknown-hub", message),
    };
    match stage.dps().map(|dps| dps.assign_to(id, hub.host(), stage.world.clock.utc())) {
        Some(true) => done(),
        Some(false) => failed("unknown-enrollment", format!("DPS has no enrollment `{id}`")),
        None => failed("no-dps", "the scenario has no DPS; add `dps` to its `cloud`"),
    }
}
