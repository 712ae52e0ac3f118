//! `cloud: hub.restart` stops a hub and starts it again.

use std::time::Duration;

use nanorig_dut::{Args, CallSpec, Hand, Outcome, Param, ParamKind};

use crate::calls::target;
use crate::calls::{Declared, boxed, done};
use crate::simulated::Stage;

pub(crate) const CALL: Declared =
    Declared { spec: &SPEC, perform: |stage, args| boxed(perform(stage, args)) };

static SPEC: CallSpec = CallSpec {
    hand: Hand::Cloud,
    name: "hub.restart",
    summary: "Stops a hub with RST on every connection, leaves its address silent while it is down, and starts it again.",
    params: &[
        Param {
            name: "down",
            kind: ParamKind::Duration,
            required: false,
            doc: "How long it is down. Default 30s.",
        },
        Param {
            name: "sessions",
            kind: ParamKind::Choice(&["kept", "lost"]),
            required: false,
            doc: "Whether stored MQTT and TLS sessions survive. Default kept.",
        },
        target::HUB,
    ],
    results: &[],
    needs: None,
    within: Duration::from_secs(5),
};

async fn perform(stage: Stage, args: Args) -> Outcome {
    let hub = target::hub(&stage, &args)?;
    let down = args.duration("down").unwrap_or(Duration::from_secs(30));
    let lost = args.text("sessions") == Some("lost");
    stage.stop_host(hub.host());
    hub.with(|hub, now| {
        hub.restart(now);
        if lost {
            hub.forget_sessions();
        }
    });
    if lost {
        stage.cloud.tls.forget_sessions();
    }
    tokio::spawn(async move {
        stage.world.clock.sleep(down).await;
        stage.start_host(hub.host());
    });
    done()
}
