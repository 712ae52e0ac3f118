//! `device: sleep` sends the device into deep sleep.

use std::time::Duration;

use nanorig_dut::{Args, CallSpec, Hand, Outcome, Param, ParamKind};
use nanorig_mcu::power::Power;

use super::boot;
use crate::calls::{Declared, boxed};
use crate::simulated::Stage;

pub(crate) const CALL: Declared =
    Declared { spec: &SPEC, perform: |stage, args| boxed(perform(stage, args)) };

static SPEC: CallSpec = CallSpec {
    hand: Hand::Device,
    name: "sleep",
    summary: "Closes the hub's connection, sleeps deeply, wakes with a boot, and waits until the device is up again.",
    params: &[
        Param { name: "for", kind: ParamKind::Lasting { times: None }, required: true, doc: "How long." },
        Param {
            name: "leave",
            kind: ParamKind::Choice(&["orderly", "silent"]),
            required: false,
            doc: "Whether the connection is closed before. Default orderly.",
        },
        boot::UNTIL,
    ],
    results: &[("ip", "the device's address")],
    needs: Some("pwr"),
    within: Duration::from_secs(120),
};

async fn perform(stage: Stage, args: Args) -> Outcome {
    if args.text("leave") != Some("silent") {
        stage.application.close_hub().await;
    }
    stage.application.forget();
    Power::deep_sleep(&stage.mcu, args.duration("for").unwrap_or_default()).await;
    stage.mcu.record_resources("boot");
    boot::until(&stage, &args).await
}
