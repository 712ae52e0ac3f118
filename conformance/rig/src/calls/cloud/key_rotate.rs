//! `cloud: key.rotate` gives a device another key.

use std::time::Duration;

use nanorig_cloud::hub::registry::KeySlot;
use nanorig_dut::{Args, CallSpec, Hand, Outcome, Param, ParamKind};

use crate::calls::{Declared, boxed, done, target};
use crate::simulated::Stage;

pub(crate) const CALL: Declared =
    Declared { spec: &SPEC, perform: |stage, args| boxed(perform(stage, args)) };

static SPEC: CallSpec = CallSpec {
    hand: Hand::Cloud,
    name: "key.rotate",
    summary: "Gives a device a new key that it does not know; a live connection stays.",
    params: &[
        Param {
            name: "which",
            kind: ParamKind::Choice(&["primary", "secondary", "both"]),
            required: false,
            doc: "Which key. Default primary.",
        },
        target::DEVICE,
        target::HUB,
    ],
    results: &[],
    needs: None,
    within: Duration::from_secs(5),
};

async fn perform(stage: Stage, args: Args) -> Outcome {
    let slots: &[KeySlot] = match args.text("which") {
        Some("secondary") => &[KeySlot::Secondary],
        Some("both") => &[KeySlot::Primary, KeySlot::Secondary],
        _ => &[KeySlot::Primary],
    };
    for slot in slots {
        target::change(&stage, &args, |hub, now, identity| {
            hub.rotate_key(now, identity, *slot, None).map(drop)
        })?;
    }
    done()
}
