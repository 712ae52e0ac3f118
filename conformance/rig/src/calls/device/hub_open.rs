//! `device: hub.open` connects to the hub.

use std::time::Duration;

use nanorig_dut::{Args, CallSpec, Hand, Outcome, Param, ParamKind};

use crate::calls::{Declared, boxed, failed, results};
use crate::simulated::Stage;

pub(crate) const CALL: Declared =
    Declared { spec: &SPEC, perform: |stage, args| boxed(perform(stage, args)) };

static SPEC: CallSpec = CallSpec {
    hand: Hand::Device,
    name: "hub.open",
    summary: "Connects to the hub and stays connected: by way of DPS when the scenario has one.",
    params: &[Param {
        name: "attempts",
        kind: ParamKind::Choice(&["one", "many"]),
        required: false,
        doc: "Whether the outcome is that of the first attempt, or of however many it takes. The client goes on in both cases. Default many.",
    }],
    results: &[("hub", "host name of the hub"), ("device_id", "device id there")],
    needs: Some("hub.d2c"),
    within: Duration::from_secs(120),
};

async fn perform(stage: Stage, args: Args) -> Outcome {
    let client = stage.application.hub();
    let opened = match args.text("attempts") {
        Some("one") => client.open().await,
        _ => client.open_until_connected().await,
    };
    if let Err(error) = opened {
        return failed(error.kind(), error.to_string());
    }
    let (hub, identity) = client.assigned().unwrap_or_else(|| (String::new(), stage.identity()));
    results([("hub", hub.into()), ("device_id", identity.device.into())])
}
