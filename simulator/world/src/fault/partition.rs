//! Loses everything, in one direction or both, without a word to anybody.

use nanorig_trace::event::Direction;

use super::{Fault, FaultSpec, FrameInfo, FrameVerdict, ParamKind, ParamSpec};
use crate::Stream;

pub(super) const SPEC: FaultSpec = FaultSpec {
    name: "partition",
    summary: "Loses every frame, silently, in both directions or in one.",
    params: &[ParamSpec {
        name: "direction",
        kind: ParamKind::Choice(&["both", "from-device", "to-device"]),
        doc: "`both`, `from-device` or `to-device`. Default `both`.",
    }],
    build: |params| {
        let only = match params.text("direction", "both") {
            "from-device" => Some(Direction::FromDevice),
            "to-device" => Some(Direction::ToDevice),
            _ => None,
        };
        Ok(Box::new(Partition { only }))
    },
};

struct Partition {
    only: Option<Direction>,
}

impl Fault for Partition {
    fn name(&self) -> &'static str {
        SPEC.name
    }

    fn judge(&mut self, frame: &FrameInfo<'_>, _random: &Stream) -> FrameVerdict {
        FrameVerdict::drop_if(self.only.is_none_or(|only| only == frame.direction))
    }
}
