//! `cloud: enrollment.disable` for an individual enrollment or a group.

use std::time::Duration;

use nanorig_dut::{Args, CallSpec, Hand, Outcome};

use crate::calls::{Declared, boxed, enrollment};
use crate::simulated::Stage;

pub(crate) const CALL: Declared =
    Declared { spec: &SPEC, perform: |stage, args| boxed(perform(stage, args)) };

static SPEC: CallSpec = CallSpec {
    hand: Hand::Cloud,
    name: "enrollment.disable",
    summary: "Disables an enrollment of DPS.",
    params: &[enrollment::ID],
    results: &[],
    needs: None,
    within: Duration::from_secs(5),
};

async fn perform(stage: Stage, args: Args) -> Outcome {
    enrollment::change(&stage, &args, |dps, id, now| dps.set_enabled(id, false, now))
}
