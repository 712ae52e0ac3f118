//! Loses FINs and RSTs: the other side never learns that a connection is over.

use super::{Fault, FaultSpec, FrameInfo, FrameVerdict};
use crate::Stream;

pub(super) const SPEC: FaultSpec = FaultSpec {
    name: "lose-fin",
    summary: "Loses every FIN and RST, so that connections stay half-open.",
    params: &[],
    build: |_| Ok(Box::new(LoseFin)),
};

struct LoseFin;

impl Fault for LoseFin {
    fn name(&self) -> &'static str {
        SPEC.name
    }

    fn judge(&mut self, frame: &FrameInfo<'_>, _random: &Stream) -> FrameVerdict {
        FrameVerdict::drop_if(frame.tcp().is_some_and(|segment| segment.flags.fin || segment.flags.rst))
    }
}
