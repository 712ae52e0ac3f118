//! Which enrollment of DPS a cloud call is about.

use nanorig_cloud::dps::Dps;
use nanorig_dut::{Args, Outcome, Param, ParamKind};
use nanorig_trace::Utc;

use super::{done, failed};
use crate::simulated::Stage;

/// Parameter: the enrollment.
pub(crate) const ID: Param =
    Param { name: "id", kind: ParamKind::Text, required: true, doc: "Registration id, or the group's id." };

/// Changes the enrollment that a call names; `change` says whether there is one.
pub(crate) fn change(stage: &Stage, args: &Args, change: impl FnOnce(&Dps, &str, Utc) -> bool) -> Outcome {
    let id = args.text(ID.name).unwrap_or_default();
    match stage.dps().map(|dps| change(dps, id, stage.world.clock.utc())) {
        Some(true) => done(),
        Some(false) => failed("unknown-enrollment", format!("DPS has no enrollment `{id}`")),
        None => failed("no-dps", "the scenario has no DPS; add `dps` to its `cloud`"),
    }
}
