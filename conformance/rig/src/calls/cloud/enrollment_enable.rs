//! `cloud: enrollment.enable` for an individual enrollment or a group.

use std::time::Duration;

use nanorig_dut::{Args, CallSpec, Hand, Outcome, Param, ParamKind};

use crate::calls::{Declared, boxed, done, failed};
use crate::simulated::Stage;

pub(crate) const CALL: Declared =
    Declared { spec: &SPEC, perform: |stage, args| boxed(perform(stage, args)) };

static SPEC: CallSpec = CallSpec {
    hand: Hand::Cloud,
    name: "enrollment.enable",
    summary: "Enables an enrollment of DPS.",
    params: &[Param {
        name: "id",
        kind: ParamKind::Text,
        required: true,
        doc: "Registration id, or the group's id.",
    }],
    results: &[],
    needs: None,
    within: Duration::from_secs(5),
};

async fn perform(stage: Stage, args: Args) -> Outcome {
    let id = args.text("id").unwrap_or_default();
    match stage.dps().map(|dps| dps.set_enabled(id, true, stage.world.clock.utc())) {
        Some(true) => done(),
        Some(false) => failed("unknown-enrollment", format!("DPS has no enrollment `{id}`")),
        None => failed("no-dps", "the scenario has no DPS; add `dps` to its `cloud`"),
    }
}
