//! `device: heap.free` lets the application give its memory back.

use std::time::Duration;

use nanorig_dut::{Args, CallSpec, Hand, Outcome};

use crate::calls::{Declared, boxed, results};
use crate::simulated::Stage;

pub(crate) const CALL: Declared =
    Declared { spec: &SPEC, perform: |stage, args| boxed(perform(stage, args)) };

static SPEC: CallSpec = CallSpec {
    hand: Hand::Device,
    name: "heap.free",
    summary: "The application gives back all memory that it took with `heap.take`.",
    params: &[],
    results: &[("freed", "bytes given back")],
    needs: Some("res"),
    within: Duration::from_secs(5),
};

async fn perform(stage: Stage, _args: Args) -> Outcome {
    results([("freed", stage.application.free_memory().into())])
}
