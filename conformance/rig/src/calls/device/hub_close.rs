//! `device: hub.close` leaves the hub.

use std::time::Duration;

use nanorig_dut::{Args, CallSpec, Hand, Outcome};

use crate::calls::{Declared, boxed, done};
use crate::simulated::Stage;

pub(crate) const CALL: Declared =
    Declared { spec: &SPEC, perform: |stage, args| boxed(perform(stage, args)) };

static SPEC: CallSpec = CallSpec {
    hand: Hand::Device,
    name: "hub.close",
    summary: "Leaves the hub in order and stays away.",
    params: &[],
    results: &[],
    needs: Some("hub.d2c"),
    within: Duration::from_secs(60),
};

async fn perform(stage: Stage, _args: Args) -> Outcome {
    stage.application.close_hub().await;
    done()
}
