//! `device: twin.get` reads the twin.

use std::time::Duration;

use nanorig_dut::{Args, CallSpec, Hand, Outcome};

use crate::calls::{Declared, boxed, failed, results};
use crate::simulated::Stage;

pub(crate) const CALL: Declared =
    Declared { spec: &SPEC, perform: |stage, args| boxed(perform(stage, args)) };

static SPEC: CallSpec = CallSpec {
    hand: Hand::Device,
    name: "twin.get",
    summary: "Reads the device's twin.",
    params: &[],
    results: &[("desired", "desired properties"), ("reported", "reported properties")],
    needs: Some("hub.twin"),
    within: Duration::from_secs(60),
};

async fn perform(stage: Stage, _args: Args) -> Outcome {
    match stage.application.hub().get_twin().await {
        Ok(twin) => results([("desired", twin.desired.to_value()), ("reported", twin.reported.to_value())]),
        Err(error) => failed(error.kind(), error.to_string()),
    }
}
