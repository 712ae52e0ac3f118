//! `device: heap.take` lets the application take memory.

use std::time::Duration;

use nanorig_dut::{Args, CallSpec, Hand, Outcome, Param, ParamKind};

use crate::calls::{Declared, boxed, done, failed};
use crate::simulated::Stage;

pub(crate) const CALL: Declared =
    Declared { spec: &SPEC, perform: |stage, args| boxed(perform(stage, args)) };

static SPEC: CallSpec = CallSpec {
    hand: Hand::Device,
    name: "heap.take",
    summary: "The application takes a block of memory and keeps it.",
    params: &[
        Param {
            name: "size",
            kind: ParamKind::Size { min: 1, max: 1 << 30 },
            required: true,
            doc: "Size of the block.",
        },
        Param {
            name: "heap",
            kind: ParamKind::Choice(&["native", "managed"]),
            required: false,
            doc: "From which heap. Default native.",
        },
    ],
    results: &[],
    needs: Some("res"),
    within: Duration::from_secs(5),
};

async fn perform(stage: Stage, args: Args) -> Outcome {
    let heap = if args.text("heap") == Some("managed") { stage.mcu.managed() } else { stage.mcu.native() };
    match heap.alloc(args.size("size").unwrap_or_default(), "application") {
        Ok(block) => {
            stage.application.hold_memory(block);
            done()
        }
        Err(error) => failed("out-of-memory", error.to_string()),
    }
}
