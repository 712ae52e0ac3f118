//! `device: hub.start` connects to the hub without waiting.

use std::time::Duration;

use nanorig_dut::{Args, CallSpec, Hand, Outcome};

use crate::calls::{Declared, boxed, done};
use crate::simulated::Stage;

pub(crate) const CALL: Declared =
    Declared { spec: &SPEC, perform: |stage, args| boxed(perform(stage, args)) };

static SPEC: CallSpec = CallSpec {
    hand: Hand::Device,
    name: "hub.start",
    summary: "Begins to connect to the hub and does not wait for the outcome.",
    params: &[],
    results: &[],
    needs: Some("hub.d2c"),
    within: Duration::from_secs(5),
};

async fn perform(stage: Stage, _args: Args) -> Outcome {
    let client = stage.application.hub();
    // The attempts are told by status events.
    tokio::spawn(async move { client.open().await });
    done()
}
