//! `cloud: hub.condition` makes the whole hub unwell.

use std::time::Duration;

use nanorig_cloud::hub::Condition;
use nanorig_dut::{Args, CallSpec, Hand, Outcome, Param, ParamKind};

use crate::calls::target;
use crate::calls::{Declared, boxed, done};
use crate::simulated::Stage;

pub(crate) const CALL: Declared =
    Declared { spec: &SPEC, perform: |stage, args| boxed(perform(stage, args)) };

static SPEC: CallSpec = CallSpec {
    hand: Hand::Cloud,
    name: "hub.condition",
    summary: "Says how the hub as a whole feels.",
    params: &[
        Param {
            name: "is",
            kind: ParamKind::Choice(&["normal", "throttling", "quota-exceeded", "unavailable"]),
            required: true,
            doc: "`throttling` answers 429, `quota-exceeded` ends connections that send, `unavailable` answers CONNECT with code 3.",
        },
        Param {
            name: "for",
            kind: ParamKind::Duration,
            required: false,
            doc: "How long; then normal again. Default: until changed.",
        },
        target::HUB,
    ],
    results: &[],
    needs: None,
    within: Duration::from_secs(5),
};

async fn perform(stage: Stage, args: Args) -> Outcome {
    let hub = target::hub(&stage, &args)?;
    let condition = match args.text("is") {
        Some("throttling") => Condition::Throttling,
        Some("quota-exceeded") => Condition::QuotaExceeded,
        Some("unavailable") => Condition::Unavailable,
        _ => Condition::Normal,
    };
    hub.with(|hub, _| hub.set_condition(condition));
    if let Some(span) = args.duration("for") {
        let clock = stage.world.clock;
        tokio::spawn(async move {
            clock.sleep(span).await;
            hub.with(|hub, _| hub.set_condition(Condition::Normal));
        });
    }
    done()
}
