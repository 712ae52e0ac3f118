//! A path with a smaller MTU that does not say so: large packets vanish, small ones pass.

use super::{Fault, FaultSpec, FrameInfo, FrameVerdict, ParamKind, ParamSpec};
use crate::Stream;

pub(super) const SPEC: FaultSpec = FaultSpec {
    name: "mtu-black-hole",
    summary: "Loses large packets without telling their senders; small ones pass.",
    params: &[ParamSpec {
        name: "mtu",
        kind: ParamKind::Count { min: 0, max: 1_000_000_000 },
        doc: "Largest IP packet that passes, in bytes. Default 1280.",
    }],
    build: |params| Ok(Box::new(MtuBlackHole { mtu: params.count("mtu", 1_280) })),
};

struct MtuBlackHole {
    mtu: u64,
}

impl Fault for MtuBlackHole {
    fn name(&self) -> &'static str {
        SPEC.name
    }

    fn judge(&mut self, frame: &FrameInfo<'_>, _random: &Stream) -> FrameVerdict {
        FrameVerdict::drop_if(frame.packet_bytes() as u64 > self.mtu)
    }
}
