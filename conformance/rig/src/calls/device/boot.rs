//! `device: boot` switches the device on.

use std::time::Duration;

use nanorig_dut::{Args, CallSpec, Hand, Outcome, Param, ParamKind};
use nanorig_mcu::power::Power;
use nanorig_mcu::{NetworkHelper, NetworkKind};

use crate::calls::{Declared, boxed, done, failed, results};
use crate::simulated::Stage;

pub(crate) const CALL: Declared =
    Declared { spec: &SPEC, perform: |stage, args| boxed(perform(stage, args)) };

/// How long a device may be without network or time before the call gives up; the step's deadline comes first.
const WITHIN: Duration = Duration::from_secs(24 * 3_600);

/// What a boot waits for.
pub(super) const UNTIL: Param = Param {
    name: "until",
    kind: ParamKind::Choice(&["main", "address", "time"]),
    required: false,
    doc: "What to wait for: the application's main, an IP address, or the time as well. Default `time`.",
};

static SPEC: CallSpec = CallSpec {
    hand: Hand::Device,
    name: "boot",
    summary: "Switches the device on and waits until it has an address and the time.",
    params: &[UNTIL],
    results: &[("ip", "the device's address")],
    needs: None,
    within: Duration::from_secs(120),
};

async fn perform(stage: Stage, args: Args) -> Outcome {
    Power::on(&stage.mcu).await;
    stage.mcu.record_resources("boot");
    until(&stage, &args).await
}

/// Brings up the network as far as `until` says.
pub(super) async fn until(stage: &Stage, args: &Args) -> Outcome {
    let mcu = &stage.mcu;
    let address = match args.text("until") {
        Some("main") => return done(),
        Some("address") => NetworkHelper::connect(mcu, NetworkKind::Any).await,
        _ => NetworkHelper::connect_with_time(mcu, NetworkKind::Any, WITHIN).await,
    };
    match address {
        Ok(address) => results([("ip", address.ip.to_string().into())]),
        Err(error) => failed(error.kind(), error.to_string()),
    }
}
