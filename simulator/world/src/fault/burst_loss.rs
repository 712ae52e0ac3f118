//! Loses frames in bursts, as radio links do (Gilbert's model: a good and a bad state).

use super::{Fault, FaultSpec, FrameInfo, FrameVerdict, ParamKind, ParamSpec};
use crate::Stream;

pub(super) const SPEC: FaultSpec = FaultSpec {
    name: "burst-loss",
    summary: "Loses frames in bursts.",
    params: &[
        ParamSpec {
            name: "begin",
            kind: ParamKind::Share,
            doc: "Share of frames that begin a burst. Default 0.01.",
        },
        ParamSpec {
            name: "end",
            kind: ParamKind::Share,
            doc: "Share of frames in a burst that end it: a burst has 1/end frames on average. Default 0.25.",
        },
    ],
    build: |params| {
        let (begin, end) = (params.share("begin", 0.01), params.share("end", 0.25));
        Ok(Box::new(BurstLoss { begin, end, bad: false }))
    },
};

struct BurstLoss {
    begin: f64,
    end: f64,
    bad: bool,
}

impl Fault for BurstLoss {
    fn name(&self) -> &'static str {
        SPEC.name
    }

    fn judge(&mut self, _frame: &FrameInfo<'_>, random: &Stream) -> FrameVerdict {
        self.bad = if self.bad { !random.chance(self.end) } else { random.chance(self.begin) };
        FrameVerdict::drop_if(self.bad)
    }
}
