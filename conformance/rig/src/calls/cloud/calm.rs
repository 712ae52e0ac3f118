//! `cloud: calm` ends hostile stimuli.

use std::time::Duration;

use nanorig_dut::{Args, CallSpec, Hand, Outcome, Param, ParamKind};

use crate::calls::{Declared, boxed, done};
use crate::simulated::Stage;

pub(crate) const CALL: Declared =
    Declared { spec: &SPEC, perform: |stage, args| boxed(perform(stage, args)) };

static SPEC: CallSpec = CallSpec {
    hand: Hand::Cloud,
    name: "calm",
    summary: "Ends hostile stimuli that go on.",
    params: &[Param {
        name: "stimulus",
        kind: ParamKind::Text,
        required: false,
        doc: "Name of the stimulus to end. Default: all of them.",
    }],
    results: &[],
    needs: None,
    within: Duration::from_secs(1),
};

async fn perform(stage: Stage, args: Args) -> Outcome {
    stage.cloud.hostiles.clear_named(args.text("stimulus"));
    done()
}
