//! `cloud: c2d.purge` empties a device's queue.

use std::time::Duration;

use nanorig_dut::{Args, CallSpec, Hand, Outcome};

use crate::calls::{Declared, boxed, results, target};
use crate::simulated::Stage;

pub(crate) const CALL: Declared =
    Declared { spec: &SPEC, perform: |stage, args| boxed(perform(stage, args)) };

static SPEC: CallSpec = CallSpec {
    hand: Hand::Cloud,
    name: "c2d.purge",
    summary: "Deletes all cloud-to-device messages that wait for a device.",
    params: &[target::DEVICE, target::HUB],
    results: &[("purged", "messages deleted")],
    needs: Some("hub.c2d"),
    within: Duration::from_secs(5),
};

async fn perform(stage: Stage, args: Args) -> Outcome {
    let purged = target::change(&stage, &args, |hub, now, identity| hub.purge_c2d(now, identity))?;
    results([("purged", purged.into())])
}
