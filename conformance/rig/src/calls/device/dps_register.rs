//! `device: dps.register` asks DPS for the device's hub.

use std::time::Duration;

use nanorig_dut::{Args, CallSpec, Hand, Outcome};

use crate::calls::{Declared, boxed, failed, results};
use crate::simulated::Stage;

pub(crate) const CALL: Declared =
    Declared { spec: &SPEC, perform: |stage, args| boxed(perform(stage, args)) };

static SPEC: CallSpec = CallSpec {
    hand: Hand::Device,
    name: "dps.register",
    summary: "Registers with the Device Provisioning Service and waits for the assignment.",
    params: &[],
    results: &[
        ("status", "`assigned`"),
        ("hub", "host name of the assigned hub"),
        ("device_id", "device id there"),
        ("substatus", "`initialAssignment`, `deviceDataMigrated` or `deviceDataReset`"),
        ("polls", "how often the status was asked for"),
        ("payload", "what the service returned to the device"),
    ],
    needs: None,
    within: Duration::from_secs(60),
};

async fn perform(stage: Stage, _args: Args) -> Outcome {
    let client = stage.application.provisioning()?;
    match client.register().await {
        Ok(result) => results([
            ("status", "assigned".into()),
            ("hub", result.assignment.hub.into()),
            ("device_id", result.assignment.device_id.into()),
            ("substatus", result.substatus.into()),
            ("polls", result.polls.into()),
            ("payload", result.payload.unwrap_or_default()),
        ]),
        Err(error) => failed(error.kind(), error.to_string()),
    }
}
