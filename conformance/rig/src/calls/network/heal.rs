//! `network: heal` ends the faults of the link.

use std::time::Duration;

use nanorig_dut::{Args, CallSpec, Hand, Outcome, Param, ParamKind};

use crate::calls::{Declared, boxed, done};
use crate::simulated::Stage;

pub(crate) const CALL: Declared =
    Declared { spec: &SPEC, perform: |stage, args| boxed(perform(stage, args)) };

static SPEC: CallSpec = CallSpec {
    hand: Hand::Network,
    name: "heal",
    summary: "Ends link faults that go on.",
    params: &[Param {
        name: "fault",
        kind: ParamKind::Text,
        required: false,
        doc: "Name of the fault to end. Default: all of them.",
    }],
    results: &[],
    needs: Some("netfault"),
    within: Duration::from_secs(1),
};

async fn perform(stage: Stage, args: Args) -> Outcome {
    stage.remove_faults(args.text("fault"));
    done()
}
