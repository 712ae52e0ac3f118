//! `network: ntp.step` moves the time that every time server tells.

use std::time::Duration;

use nanorig_dut::{Args, CallSpec, Hand, Outcome, Param, ParamKind};

use crate::calls::{Declared, boxed, done};
use crate::simulated::Stage;

pub(crate) const CALL: Declared =
    Declared { spec: &SPEC, perform: |stage, args| boxed(perform(stage, args)) };

static SPEC: CallSpec = CallSpec {
    hand: Hand::Network,
    name: "ntp.step",
    summary: "Steps the time that all time servers tell, forward or back from the true time.",
    params: &[
        Param { name: "by", kind: ParamKind::Duration, required: true, doc: "How far." },
        Param {
            name: "back",
            kind: ParamKind::Flag,
            required: false,
            doc: "True: into the past. Default false.",
        },
    ],
    results: &[],
    needs: Some("time"),
    within: Duration::from_secs(1),
};

async fn perform(stage: Stage, args: Args) -> Outcome {
    let micros = args.duration("by").map_or(0, |by| i64::try_from(by.as_micros()).unwrap_or(i64::MAX));
    let micros = if args.flag("back") { -micros } else { micros };
    for server in &stage.network.ntp {
        server.set_offset(micros);
    }
    done()
}
