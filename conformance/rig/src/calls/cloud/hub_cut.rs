//! `cloud: hub.cut` ends the device's connection from the hub's side.

use std::time::Duration;

use nanorig_cloud::hub::Cause;
use nanorig_dut::{Args, CallSpec, Hand, Outcome};

use crate::calls::target;
use crate::calls::{Declared, boxed, failed, results};
use crate::simulated::Stage;

pub(crate) const CALL: Declared =
    Declared { spec: &SPEC, perform: |stage, args| boxed(perform(stage, args)) };

static SPEC: CallSpec = CallSpec {
    hand: Hand::Cloud,
    name: "hub.cut",
    summary: "The hub closes the device's connection without a word.",
    params: &[target::DEVICE, target::HUB],
    results: &[("cut", "true when there was a connection")],
    needs: None,
    within: Duration::from_secs(5),
};

async fn perform(stage: Stage, args: Args) -> Outcome {
    let hub = target::hub(&stage, &args)?;
    let identity = target::identity(&stage, &args);
    let cut = hub.with(|hub, now| {
        let key = hub.connection(&identity)?;
        hub.close(now, key, Cause::Stimulus);
        Some(key)
    });
    match cut {
        Some(_) => results([("cut", true.into())]),
        None => failed("not-connected", format!("{identity} has no connection that could be cut")),
    }
}
