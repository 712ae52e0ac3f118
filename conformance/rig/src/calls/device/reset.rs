//! `device: reset` pulls the reset line.

use std::time::Duration;

use nanorig_dut::{Args, CallSpec, Hand, Outcome};
use nanorig_mcu::power::{BootReason, Power};

use super::boot;
use crate::calls::{Declared, boxed};
use crate::simulated::Stage;

pub(crate) const CALL: Declared =
    Declared { spec: &SPEC, perform: |stage, args| boxed(perform(stage, args)) };

static SPEC: CallSpec = CallSpec {
    hand: Hand::Device,
    name: "reset",
    summary: "Resets the device, which loses all but flash and the clock, and waits until it is up again.",
    params: &[boot::UNTIL],
    results: &[("ip", "the device's address")],
    needs: None,
    within: Duration::from_secs(120),
};

async fn perform(stage: Stage, args: Args) -> Outcome {
    stage.application.forget();
    Power::reset(&stage.mcu, BootReason::Reset).await;
    stage.mcu.record_resources("boot");
    boot::until(&stage, &args).await
}
