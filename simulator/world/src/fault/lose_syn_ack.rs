//! Loses the answers to SYNs: the server believes in a connection that the device gives up.

use super::{Fault, FaultSpec, FrameInfo, FrameVerdict};
use crate::Stream;

pub(super) const SPEC: FaultSpec = FaultSpec {
    name: "lose-syn-ack",
    summary: "Loses every SYN-ACK, so that no new connection is ever established.",
    params: &[],
    build: |_| Ok(Box::new(LoseSynAck)),
};

struct LoseSynAck;

impl Fault for LoseSynAck {
    fn name(&self) -> &'static str {
        SPEC.name
    }

    fn judge(&mut self, frame: &FrameInfo<'_>, _random: &Stream) -> FrameVerdict {
        FrameVerdict::drop_if(frame.tcp().is_some_and(|segment| segment.flags.syn && segment.flags.ack))
    }
}
