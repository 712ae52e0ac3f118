//! Loses every nth frame: loss without chance, for tests that count.

use super::{Fault, FaultSpec, FrameInfo, FrameVerdict, ParamKind, ParamSpec};
use crate::Stream;

pub(super) const SPEC: FaultSpec = FaultSpec {
    name: "lose-nth",
    summary: "Loses every nth frame.",
    params: &[ParamSpec {
        name: "nth",
        kind: ParamKind::Count { min: 1, max: 1_000_000_000 },
        doc: "Which frame of each group, both directions counted together; at least 1. Default 10.",
    }],
    build: |params| Ok(Box::new(LoseNth { nth: params.count("nth", 10), seen: 0 })),
};

struct LoseNth {
    nth: u64,
    seen: u64,
}

impl Fault for LoseNth {
    fn name(&self) -> &'static str {
        SPEC.name
    }

    fn judge(&mut self, _frame: &FrameInfo<'_>, _random: &Stream) -> FrameVerdict {
        self.seen += 1;
        FrameVerdict::drop_if(self.seen.is_multiple_of(self.nth))
    }
}
