//! `network: wifi.lost` and back.

use std::time::Duration;

use nanorig_dut::{Args, CallSpec, Hand, Outcome, Param, ParamKind};

use crate::calls::{Declared, boxed, done};
use crate::simulated::Stage;

pub(crate) const CALL: Declared =
    Declared { spec: &SPEC, perform: |stage, args| boxed(perform(stage, args)) };

static SPEC: CallSpec = CallSpec {
    hand: Hand::Network,
    name: "wifi.lost",
    summary: "The access point is gone.",
    params: &[Param {
        name: "for",
        kind: ParamKind::Duration,
        required: false,
        doc: "How long. Default: until the end.",
    }],
    results: &[],
    needs: Some("net.wifi"),
    within: Duration::from_secs(1),
};

async fn perform(stage: Stage, args: Args) -> Outcome {
    let access_point = stage.network.access_point.clone();
    access_point.set_present(false);
    if let Some(span) = args.duration("for") {
        let clock = stage.world.clock;
        tokio::spawn(async move {
            clock.sleep(span).await;
            access_point.set_present(true);
        });
    }
    done()
}
