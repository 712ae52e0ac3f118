//! `cloud: device.disable` - the device may not connect any more.

use std::time::Duration;

use nanorig_dut::{Args, CallSpec, Hand, Outcome};

use crate::calls::{Declared, boxed, done, target};
use crate::simulated::Stage;

pub(crate) const CALL: Declared =
    Declared { spec: &SPEC, perform: |stage, args| boxed(perform(stage, args)) };

static SPEC: CallSpec = CallSpec {
    hand: Hand::Cloud,
    name: "device.disable",
    summary: "Disables a device: its connection ends and it is refused.",
    params: &[target::DEVICE, target::HUB],
    results: &[],
    needs: None,
    within: Duration::from_secs(5),
};

async fn perform(stage: Stage, args: Args) -> Outcome {
    target::change(&stage, &args, |hub, now, identity| hub.set_enabled(now, &identity.device, false))?;
    done()
}
