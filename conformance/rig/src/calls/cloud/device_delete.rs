//! `cloud: device.delete` - the device is unknown from now on.

use std::time::Duration;

use nanorig_cloud::hub::registry::IfMatch;
use nanorig_dut::{Args, CallSpec, Hand, Outcome};

use crate::calls::{Declared, boxed, done, target};
use crate::simulated::Stage;

pub(crate) const CALL: Declared =
    Declared { spec: &SPEC, perform: |stage, args| boxed(perform(stage, args)) };

static SPEC: CallSpec = CallSpec {
    hand: Hand::Cloud,
    name: "device.delete",
    summary: "Deletes a device or module: its connection ends, its twin and messages go.",
    params: &[target::DEVICE, target::HUB],
    results: &[],
    needs: None,
    within: Duration::from_secs(5),
};

async fn perform(stage: Stage, args: Args) -> Outcome {
    target::change(&stage, &args, |hub, now, identity| hub.delete_identity(now, identity, &IfMatch::Any))?;
    done()
}
